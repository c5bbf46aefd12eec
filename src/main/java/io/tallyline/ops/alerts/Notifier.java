package io.tallyline.ops.alerts;

/** Tells one receiver. */
interface Notifier {
  /** For logs: {@code web hook}, {@code e-mail}. */
  String name();

  /**
   * Tells it, within a bounded time.
   *
   * @throws NotSent if it did not take it
   */
  void send(AlertChange change) throws NotSent;

  /** A receiver did not take a notification. */
  final class NotSent extends Exception {
    private final boolean hopeless;

    /**
     * @param hopeless whether trying again cannot help
     * @param sentence with its code, and without any secret
     */
    NotSent(boolean hopeless, String sentence) {
      super(sentence);
      this.hopeless = hopeless;
    }

    boolean hopeless() {
      return hopeless;
    }
  }
}
