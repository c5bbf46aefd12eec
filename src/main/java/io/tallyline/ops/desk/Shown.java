package io.tallyline.ops.desk;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the pages write times, amounts and counts. */
public final class Shown {
  static final Shown INSTANCE = new Shown();

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter FIELD =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int LEDGER_DECIMALS = 4;

  private Shown() {}

  /** {@code 2026-03-01 10:00:00 UTC}. */
  public String time(@Nullable Instant at) {
    return at == null ? "" : TIME.format(at);
  }

  /** {@code 2026-03-01}, whatever the language of the browser. */
  public String date(LocalDate date) {
    return date.toString();
  }

  /** As a field of a form holds it. */
  public String field(@Nullable Instant at) {
    return at == null ? "" : FIELD.format(at);
  }

  /** All decimals that it has and at least the ledger's four; nothing for zero. */
  public String money(@Nullable BigDecimal amount) {
    return amount == null || amount.signum() == 0 ? "" : amount(amount);
  }

  /** The same with zero. Never rounds. */
  public String amount(BigDecimal amount) {
    return amount.setScale(Math.max(amount.scale(), LEDGER_DECIMALS)).toPlainString();
  }

  /** As it is. */
  public String quantity(BigDecimal quantity) {
    return quantity.toPlainString();
  }

  /** {@code 1,000}. */
  public String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** {@code dead-letter group}s and the like: a count with its noun. */
  public String count(long count, String one, String many) {
    return count(count) + " " + (count == 1 ? one : many);
  }

  /** {@code waiting approval} of {@code WAITING_APPROVAL}. */
  public String words(Object value) {
    return value.toString().toLowerCase(Locale.ROOT).replace('_', ' ').replace('-', ' ');
  }

  /** {@code 3 min} until or since. */
  public String about(Duration duration) {
    Duration whole = duration.abs().truncatedTo(ChronoUnit.SECONDS);
    if (whole.toMinutes() == 0) {
      return whole.toSeconds() + " s";
    }
    return whole.toHours() == 0 ? whole.toMinutes() + " min" : whole.toHours() + " h";
  }
}
