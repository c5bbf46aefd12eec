package io.tallyline.replay;

/**
 * Who does something, and why; it becomes part of the audit.
 *
 * @param who name of a signed-in user, or {@code schedule:<name>}
 * @param reason in the person's own words
 */
public record By(String who, String reason) {
  private static final int LONGEST_REASON = 1_000;

  /**
   * @throws ReplayRefused RPL-009 if one of the two is missing or too long
   */
  public By {
    who = who.strip();
    reason = reason.strip();
    if (who.isEmpty() || reason.isEmpty() || reason.length() > LONGEST_REASON) {
      throw new ReplayRefused(
          "RPL-009",
          "who does it and why are both needed, the reason in 1 to %d characters; it has %d. Give a reason."
              .formatted(LONGEST_REASON, reason.length()));
    }
  }
}
