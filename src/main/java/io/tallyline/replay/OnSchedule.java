package io.tallyline.replay;

import java.time.Instant;

/** Something that happens at the ticks of schedules, once a tick on however many hubs. */
public interface OnSchedule {
  /** What its schedules are filed under, for example {@code replay}; never another afterwards. */
  String kind();

  /**
   * One tick; the next of the same schedule waits for its end.
   *
   * @param name of the schedule
   * @param tick the time it was due
   */
  void run(String name, Instant tick);
}
