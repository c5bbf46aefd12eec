package io.tallyline.bench;

/**
 * How much a run does.
 *
 * @param rounds each contender's turns
 * @param warmUpSeconds how long each program carries sales before anything is measured
 * @param warmUp sales of each portion of that time
 * @param rows sales of a drain
 * @param latencySeconds how long each rate is held
 */
record Size(int rounds, int warmUpSeconds, int warmUp, int rows, int latencySeconds) {
  /** More than so many take no further part in warming up. */
  static final int MOST_WARM_UP = 100_000;

  static final Size FULL = new Size(3, 30, 5_000, 50_000, 30);
  static final Size SHORT = new Size(1, 1, 1_000, 3_000, 5);
}
