package io.tallyline.ops.desk;

/** What an action did, as the page after it says: by name, so that nobody can put words in it. */
enum Done {
  RETRIED("The message was sent again. This page shows what becomes of it."),
  EDITED("The edited copy was kept and sent."),
  ASKED("A second person has to agree first. It waits among the approvals."),
  DISCARDED("Discarded. It can be taken back for a while."),
  UNDONE("Taken back: it is open again."),
  REOPENED("The retry was taken back: it is open again."),
  REDIRECTED("Sent to the other queue, which the hub does not follow."),
  PLANNED("Planned; nothing was sent yet. Look at what it would post, then start it."),
  STARTED("Started."),
  STOPPED("Stopped. What was sent goes its way."),
  APPROVED("Approved: it goes on."),
  REJECTED("Rejected: it does not go on."),
  PAUSED("Paused."),
  RESUMED("Resumed."),
  CANCELLED("Cancelled. What was sent goes its way."),
  REPLAY_PLANNED("The replay is planned and starts at its time."),
  SCHEDULED("The schedule was made."),
  DELETED("The schedule was deleted; its runs stay listed."),
  RECONCILING("The comparison was started.");

  private final String sentence;

  Done(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }

  /** The path with this appended. */
  String at(String path) {
    return path + (path.contains("?") ? "&" : "?") + "done=" + name();
  }
}
