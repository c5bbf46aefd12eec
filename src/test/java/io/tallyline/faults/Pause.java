package io.tallyline.faults;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waiting for nothing but time: the moment of a fault is part of the experiment. */
final class Pause {
  private Pause() {}

  static void millis(long millis) throws InterruptedException {
    if (new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("nobody counts down");
    }
  }
}
