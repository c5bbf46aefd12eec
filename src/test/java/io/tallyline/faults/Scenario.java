package io.tallyline.faults;

/**
 * One thing that can happen to a hub.
 *
 * @param name for {@code --only}, in kebab case
 * @param what happens, for the table
 * @param body does it, and judges
 */
public record Scenario(String name, String what, Body body) {
  /** Makes the fault happen and returns what the checker found. */
  @FunctionalInterface
  public interface Body {
    Outcome run(Bench bench) throws Exception;
  }
}
