package io.tallyline.eventstore;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.SaleMessages;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.springframework.amqp.core.Message;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Prints how fast the event store takes 100,000 messages, and how long searches in them take, with
 * the plan of each.
 */
final class EventStoreSpeed {
  private static final int EVENTS = 100_000;
  private static final int BATCH = 250;
  private static final int ROUNDS = 21;
  private static final Instant START = Instant.parse("2026-05-01T00:00:00Z");

  private EventStoreSpeed() {}

  public static void main(String[] arguments) {
    var database = PostgresServer.fresh("store");
    Instant[] now = {START};
    var store = new StoreEvents(database.dataSource(), () -> now[0], new SimpleMeterRegistry());
    var events = new JdbcEvents(database.dataSource(), () -> now[0]);
    List<List<Message>> batches = batches();
    long begin = System.nanoTime();
    for (List<Message> batch : batches) {
      store.store(batch);
      // Thirty days in all.
      now[0] = now[0].plus(Duration.ofSeconds(30 * 86_400L / (EVENTS / BATCH)));
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf("stored %,d in %.1f s: %,.0f/s%n", EVENTS, seconds, EVENTS / seconds);
    new JdbcTemplate(database.ownerDataSource()).execute("ANALYZE hub.stored_event");

    Message any = batches.get(200).get(100);
    String aggregate = any.getMessageProperties().getHeader("cloudEvents:subject").toString();
    Instant day = START.plus(Duration.ofDays(12));
    measure(
        database,
        events,
        "correlation id",
        EventFilter.ALL.causedBy(List.of(any.getMessageProperties().getCorrelationId())));
    measure(database, events, "aggregate", EventFilter.ALL.aboutAggregates(List.of(aggregate)));
    measure(
        database,
        events,
        "a day, first page",
        EventFilter.ALL.between(day, day.plus(Duration.ofDays(1))));
    measure(
        database,
        events,
        "a day of one event",
        EventFilter.ALL
            .named(List.of("inventory.sales-transaction-created"))
            .between(day, day.plus(Duration.ofDays(1))));
    measure(
        database,
        events,
        "text in a day",
        EventFilter.ALL.between(day, day.plus(Duration.ofDays(1))).containing("unheard of"));
    System.exit(0);
  }

  private static List<List<Message>> batches() {
    List<List<Message>> batches = new ArrayList<>();
    for (int batch = 0; batch < EVENTS / BATCH; batch++) {
      List<Message> messages = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        String id = UUID.randomUUID().toString();
        messages.add(
            Received.message(
                Received.SALES,
                id,
                id,
                "request-" + (batch * BATCH + i) / 3,
                SaleMessages.valid(id)));
      }
      batches.add(messages);
    }
    return batches;
  }

  private static void measure(
      PostgresServer.Database database, JdbcEvents events, String what, EventFilter filter) {
    double[] millis = new double[ROUNDS];
    int found = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      found = events.newest(filter, Long.MAX_VALUE, 100).size();
      millis[round] = (System.nanoTime() - begin) / 1e6;
    }
    Arrays.sort(millis);
    System.out.printf(
        "%n%-20s median %.1f ms, slowest %.1f ms, %d found%n",
        what, millis[ROUNDS / 2], millis[ROUNDS - 1], found);
    events.plan(filter).forEach(line -> System.out.println("    " + line));
  }
}
