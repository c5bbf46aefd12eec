package io.tallyline.bench;

/**
 * How much a run does.
 *
 * @param rounds each contender's turns
 * @param warmUp sales before anything is measured, in each process
 * @param rows sales of a drain
 * @param latencySeconds how long each rate is held
 */
record Size(int rounds, int warmUp, int rows, int latencySeconds) {
  static final Size FULL = new Size(3, 20_000, 50_000, 30);
  static final Size SHORT = new Size(1, 1_000, 3_000, 5);
}
