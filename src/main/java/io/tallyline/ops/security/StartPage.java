package io.tallyline.ops.security;

/**
 * Where a person begins who has just signed in.
 *
 * @param path of this hub
 */
public record StartPage(String path) {
  /** Where nothing else says so. */
  static final StartPage CONSOLE = new StartPage("/actuator/hawtio/");
}
