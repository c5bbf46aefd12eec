package io.tallyline.replay;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One sending of a selection to one queue.
 *
 * @param schedule whose run it is; null for one that somebody made by hand
 * @param startAt not before this moment
 * @param upTo number of the last event that may go; null until it has started
 * @param lastEventId number of the last event that was looked at
 * @param error why it failed, or what keeps it from going on
 */
public record Replay(
    long id,
    @Nullable String schedule,
    String queue,
    Selection selection,
    int eventsPerSecond,
    Status status,
    Instant startAt,
    String createdBy,
    String reason,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable Long upTo,
    long lastEventId,
    boolean exhausted,
    Progress progress,
    @Nullable String error) {

  /** From planned to one of the last three. */
  public enum Status {
    PLANNED,
    RUNNING,
    PAUSED,
    DONE,
    CANCELLED,
    FAILED;

    /** As it is stored and shown: {@code running}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Status of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }

    public boolean isOver() {
      return this == DONE || this == CANCELLED || this == FAILED;
    }
  }

  /**
   * How far it is, in events.
   *
   * @param selected that the selection had when it started
   * @param put into the line of those to be sent
   * @param skipped left out, having a journal
   * @param waiting put and not sent yet
   * @param withdrawn put and taken back by a cancel
   * @param endsAbout estimate of the end; null unless running
   */
  public record Progress(
      long selected,
      long put,
      long skipped,
      long waiting,
      long withdrawn,
      @Nullable Instant endsAbout) {
    public long sent() {
      return Math.max(0, put - withdrawn - waiting);
    }

    public long remaining() {
      return Math.max(0, selected - skipped - sent());
    }
  }

  /** What its messages carry as the header hub-mark. */
  public String mark() {
    return "replay:" + id;
  }

  Replay with(Progress now) {
    return new Replay(
        id,
        schedule,
        queue,
        selection,
        eventsPerSecond,
        status,
        startAt,
        createdBy,
        reason,
        createdAt,
        startedAt,
        endedAt,
        upTo,
        lastEventId,
        exhausted,
        now,
        error);
  }
}
