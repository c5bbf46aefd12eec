package io.tallyline.faults;

import java.util.ArrayList;
import java.util.List;

/**
 * How a scenario ended.
 *
 * @param passed whether all is as it must be
 * @param control whether it was a mutation control, whose bad verdicts are wanted
 * @param verdicts of the checker, in order
 * @param complaints what else is wrong; empty if passed
 */
public record Outcome(
    boolean passed, boolean control, List<Verdict> verdicts, List<String> complaints) {
  public Outcome {
    verdicts = List.copyOf(verdicts);
    complaints = List.copyOf(complaints);
  }

  /** Passes if every verdict is good. */
  public static Outcome of(Verdict... verdicts) {
    List<Verdict> all = List.of(verdicts);
    return new Outcome(all.stream().allMatch(Verdict::ok), false, all, List.of());
  }

  /** Passes if the checker finds fault with the mutated hub; the real one is tried elsewhere. */
  public static Outcome caught(Verdict mutated) {
    return new Outcome(
        !mutated.ok(),
        true,
        List.of(mutated),
        mutated.ok() ? List.of("the mutation was not caught") : List.of());
  }

  /** Passes if the checker finds fault with the mutated hub, and none with the real one. */
  public static Outcome control(Verdict mutated, Verdict real) {
    List<String> complaints = new ArrayList<>();
    if (mutated.ok()) {
      complaints.add("the mutation was not caught");
    }
    if (!real.ok()) {
      complaints.add("the hub fails without the mutation too");
    }
    return new Outcome(complaints.isEmpty(), true, List.of(mutated, real), complaints);
  }

  /** Fails, with a sentence, unless the condition holds. */
  public Outcome require(boolean condition, String otherwise) {
    if (condition) {
      return this;
    }
    List<String> more = new ArrayList<>(complaints);
    more.add(otherwise);
    return new Outcome(false, control, verdicts, more);
  }
}
