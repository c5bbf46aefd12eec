package io.tallyline.delivery;

import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Work on the messages of a batch that asks nobody else: on all processors if there is enough of
 * it, on the JVM's common pool, which is bounded by their number.
 */
public final class Portions {
  /** Below this, waking another thread costs more than it saves. */
  private static final int FEW = 32;

  private Portions() {}

  /**
   * @param work of one message, by its place; must be thread-safe and tell failures in its result
   * @return the results in the order of the batch
   */
  public static <T> T[] of(int messages, IntFunction<T> work, IntFunction<T[]> array) {
    IntStream places = IntStream.range(0, messages);
    return (messages < FEW ? places : places.parallel()).mapToObj(work).toArray(array);
  }
}
