package io.tallyline.ops.desk;

import org.jspecify.annotations.Nullable;

/** Checks what a request must have, before anything is done. */
final class Given {
  private Given() {}

  /** Why somebody does it; the audit keeps it. */
  static String reason(@Nullable String reason) {
    return text("reason", reason);
  }

  /**
   * @throws IllegalArgumentException OPS-241 if it is missing or blank
   */
  static String text(String name, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw missing(name);
    }
    return value;
  }

  /**
   * @throws IllegalArgumentException OPS-241 if it is missing
   */
  static <T> T field(String name, @Nullable T value) {
    if (value == null) {
      throw missing(name);
    }
    return value;
  }

  private static IllegalArgumentException missing(String name) {
    return new IllegalArgumentException(
        "OPS-241 the request needs the field '%s', and it is missing or empty. Give it."
            .formatted(name));
  }
}
