package io.tallyline.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuditKeyTest {
  private static final AuditKey KEY = new AuditKey(new byte[32]);

  private static AuditEntry entry(String action, String subject, @Nullable String reason) {
    return new AuditEntry(
        7,
        Instant.parse("2026-01-02T03:04:05.678901Z"),
        "ann",
        action,
        subject,
        reason,
        null,
        "{\"a\":1.50}",
        AuditKey.nothingBefore(),
        new byte[0]);
  }

  @Test
  void text_that_moves_from_one_field_to_the_next_changes_the_encoding() {
    assertThat(AuditKey.encoded(entry("retry", "dead-letter:1", "x")))
        .isNotEqualTo(AuditKey.encoded(entry("retryd", "ead-letter:1", "x")));
  }

  @Test
  void nothing_is_not_an_empty_text() {
    assertThat(AuditKey.encoded(entry("retry", "dead-letter:1", null)))
        .isNotEqualTo(AuditKey.encoded(entry("retry", "dead-letter:1", "")));
  }

  @Test
  void the_hash_needs_the_key() {
    byte[] other = new byte[32];
    Arrays.fill(other, (byte) 1);

    assertThat(KEY.hash(entry("retry", "dead-letter:1", "x")))
        .hasSize(32)
        .isEqualTo(KEY.hash(entry("retry", "dead-letter:1", "x")))
        .isNotEqualTo(new AuditKey(other).hash(entry("retry", "dead-letter:1", "x")));
  }

  @Test
  void a_short_key_is_refused() {
    assertThatThrownBy(() -> new AuditKey(new byte[31])).hasMessageContaining("at least 32");
  }

  @Test
  void a_head_is_read_as_it_was_logged() {
    var head = new AuditHead(12, "0f".repeat(32));

    assertThat(AuditHead.parse(head.toString())).isEqualTo(head);
    assertThatThrownBy(() -> AuditHead.parse("12")).hasMessageStartingWith("AUD-010");
  }
}
