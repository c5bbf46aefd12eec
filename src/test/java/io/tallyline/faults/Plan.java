package io.tallyline.faults;

import io.tallyline.faults.inject.Mutation;
import io.tallyline.faults.inject.Point;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a hub process is to suffer from inside.
 *
 * @param point where it ends, if anywhere
 * @param pass at which pass of the point, from 1
 * @param mutations guarantees taken out of it
 * @param failures how many attempts to post, the first of the process, fail with a passing error
 */
public record Plan(@Nullable Point point, int pass, Set<Mutation> mutations, int failures) {
  public static final Plan NONE = new Plan(null, 1, Set.of(), 0);

  public Plan {
    mutations = Set.copyOf(mutations);
  }

  /** Ends the process at a point. */
  public Plan endingAt(Point at, int nthPass) {
    return new Plan(at, nthPass, mutations, failures);
  }

  public Plan with(Mutation mutation) {
    Set<Mutation> all = EnumSet.of(mutation);
    all.addAll(mutations);
    return new Plan(point, pass, all, failures);
  }

  /** Makes so many attempts to post fail, as a serialization failure would. */
  public Plan failing(int times) {
    return new Plan(point, pass, mutations, times);
  }

  /** As options of the JVM. */
  List<String> options(Path tallies) {
    List<String> options = new ArrayList<>();
    options.add("-Dtallyline.fault=" + (point == null ? "none" : point.name() + ":" + pass));
    options.add("-Dtallyline.fault.tallies=" + tallies.toAbsolutePath());
    options.add("-Dtallyline.fault.failures=" + failures);
    options.add(
        "-Dtallyline.fault.mutations="
            + mutations.stream().map(Enum::name).sorted().collect(Collectors.joining(",")));
    return options;
  }

  @Override
  public String toString() {
    String end = point == null ? "" : " ends at " + point + ", pass " + pass;
    String mutated = mutations.isEmpty() ? "" : " with " + mutations;
    String failing = failures == 0 ? "" : " failing " + failures + " times";
    return (end + mutated + failing).strip();
  }
}
