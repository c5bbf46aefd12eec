package io.tallyline.ops.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.swagger.v3.oas.annotations.media.Schema;
import io.tallyline.audit.AuditEntry;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the audit.
 *
 * @param before JSON exactly as it was recorded
 * @param after the same
 * @param hash hexadecimal
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ShownEntry(
    long number,
    Instant at,
    String who,
    String action,
    String subject,
    @Nullable String reason,
    @Schema(type = "object") @JsonRawValue @Nullable String before,
    @Schema(type = "object") @JsonRawValue @Nullable String after,
    String hash) {
  static ShownEntry of(AuditEntry entry) {
    return new ShownEntry(
        entry.number(),
        entry.at(),
        entry.who(),
        entry.action(),
        entry.subject(),
        entry.reason(),
        entry.before(),
        entry.after(),
        HexFormat.of().formatHex(entry.hash()));
  }
}
