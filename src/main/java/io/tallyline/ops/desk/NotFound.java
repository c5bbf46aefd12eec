package io.tallyline.ops.desk;

/** There is no such thing as a request names. */
final class NotFound extends RuntimeException {
  NotFound(String what, Object which) {
    super("There is no %s %s.".formatted(what, which), null, false, false);
  }
}
