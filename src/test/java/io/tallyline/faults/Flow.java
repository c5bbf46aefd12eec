package io.tallyline.faults;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Events that keep coming, a few at a time, while servers fail. A producer whose database is away
 * tries again, so every one of them is recorded in the end.
 */
final class Flow {
  private static final int STEP = 10;
  private static final String ALREADY_THERE = "23505";
  private static final int PAUSE_MILLIS = 100;

  private final World world;
  private final List<Load.Row> rows;
  private final AtomicInteger recorded = new AtomicInteger();
  private final CompletableFuture<Void> end;

  private Flow(World world, List<Load.Row> rows) {
    this.world = world;
    this.rows = rows;
    this.end = CompletableFuture.runAsync(this::recordAll, task -> start(task));
  }

  /** Starts to record events, about a hundred a second. */
  static Flow of(Bench bench, World world, int events) {
    return new Flow(world, bench.events(world, 0).next(events).rows());
  }

  /** Waits until the ledger has some of them; the others are still to come. */
  void awaitPosted(Bench bench, int percent) {
    bench.await(percent + " % posted", () -> end.isDone() || postedPercent() >= percent);
    end.getNow(null);
  }

  /** Whether events are still to come: a fault that happens now hits the middle. */
  boolean goesOn() {
    return recorded.get() < rows.size();
  }

  int recorded() {
    return recorded.get();
  }

  /** Waits until the last is recorded. */
  void awaitEnd(Bench bench) {
    bench.await("the last event's record", end::isDone);
    end.join();
  }

  private int postedPercent() throws SQLException {
    return world.percentPosted();
  }

  private void recordAll() {
    try {
      for (int from = 0; from < rows.size(); from += STEP) {
        record(rows.subList(from, Math.min(from + STEP, rows.size())));
        recorded.addAndGet(STEP);
        Pause.millis(PAUSE_MILLIS);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  private void record(List<Load.Row> step) throws InterruptedException {
    boolean there = false;
    while (!there) {
      try {
        world.insert(step);
        there = true;
      } catch (SQLException failed) {
        // Its own commit may be in doubt, too. All rows of a step are there, or none.
        there = ALREADY_THERE.equals(failed.getSQLState());
        Pause.millis(PAUSE_MILLIS);
      }
    }
  }

  private static void start(Runnable task) {
    Thread producer = new Thread(task, "producer");
    producer.setDaemon(true);
    producer.start();
  }
}
