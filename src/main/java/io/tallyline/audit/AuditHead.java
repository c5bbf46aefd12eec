package io.tallyline.audit;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The newest entry at a moment. Kept outside of the database it proves that nothing up to it was
 * taken away.
 *
 * @param number of the entry
 * @param hash 64 hexadecimal digits
 */
public record AuditHead(long number, String hash) {
  private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,17}):([0-9a-f]{64})");

  static AuditHead of(AuditEntry entry) {
    return new AuditHead(entry.number(), HexFormat.of().formatHex(entry.hash()));
  }

  /**
   * Reads {@code <number>:<hash>} as it stands in the log.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static AuditHead parse(String text) {
    Matcher parts = FORM.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "AUD-010 '%s' is no head of the audit, which is <number>:<64 hexadecimal digits>. Copy it from a line 'Audit head' of the log."
              .formatted(text));
    }
    return new AuditHead(Long.parseLong(parts.group(1)), parts.group(2));
  }

  @Override
  public String toString() {
    return number + ":" + hash;
  }
}
