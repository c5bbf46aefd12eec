package io.tallyline.faults.inject;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What this process was told to do to itself, and what it has counted. */
final class Orders {
  /** Exit status of a process that SIGKILL ended. */
  private static final int KILLED = 137;

  private final @Nullable Point point;
  private final int pass;
  private final AtomicInteger passes = new AtomicInteger();
  private final Set<Mutation> mutations;
  private final AtomicInteger failures;
  private final Path tallies;

  private Orders(
      @Nullable Point point, int pass, Set<Mutation> mutations, int failures, Path tallies) {
    this.point = point;
    this.pass = pass;
    this.mutations = mutations;
    this.failures = new AtomicInteger(failures);
    this.tallies = tallies;
  }

  static Orders ofThisProcess() {
    String[] fault = System.getProperty("tallyline.fault").split(":");
    Set<Mutation> mutations = EnumSet.noneOf(Mutation.class);
    for (String name : System.getProperty("tallyline.fault.mutations", "").split(",")) {
      if (!name.isBlank()) {
        mutations.add(Mutation.valueOf(name));
      }
    }
    return new Orders(
        fault.length < 2 ? null : Point.valueOf(fault[0]),
        fault.length < 2 ? 0 : Integer.parseInt(fault[1]),
        mutations,
        Integer.getInteger("tallyline.fault.failures", 0),
        Path.of(System.getProperty("tallyline.fault.tallies")));
  }

  boolean mutated(Mutation mutation) {
    return mutations.contains(mutation);
  }

  /** Ends the process, without any hook, if it was to end here; says so first. */
  void at(Point here) {
    if (here == point && passes.incrementAndGet() == pass) {
      System.err.println("FAULT ended at " + here);
      System.err.flush();
      Runtime.getRuntime().halt(KILLED);
    }
  }

  /** Whether this attempt to post is to fail. */
  boolean failsNow() {
    if (failures.get() > 0 && failures.decrementAndGet() >= 0) {
      count("thrown");
      return true;
    }
    return false;
  }

  /** One more of something; a byte a time, so that no kill can spoil the number. */
  synchronized void count(String what) {
    remember(what, "x");
  }

  synchronized void remember(String file, String text) {
    try {
      Files.writeString(
          tallies.resolve(file), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  synchronized boolean remembers(String file, String text) {
    try {
      return Files.exists(tallies.resolve(file))
          && Files.readString(tallies.resolve(file)).contains(text);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
