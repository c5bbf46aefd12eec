package io.tallyline.ops.console;

/** Roles that the console tells apart; each may do what those before it may. */
enum ConsoleRole {
  /** Reads. */
  VIEWER,
  /** Stops, starts and wakes. */
  OPERATOR;

  /** As Spring Security names it. */
  String authority() {
    return "ROLE_" + name();
  }
}
