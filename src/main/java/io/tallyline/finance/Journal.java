package io.tallyline.finance;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction posts: lines whose debits equal their credits, or none if all its amounts
 * are zero.
 *
 * @param source who the transaction belongs to, for example {@code Inventory}
 * @param externalRef the transaction's id there, in lower case
 * @param date UTC date of the transaction
 * @param currency ISO 4217, of all lines
 * @param eventType the message's name
 * @param content what the message says, for telling a repetition from a contradiction
 * @param traceparent the trace that its announcement continues
 */
public record Journal(
    String source,
    String externalRef,
    LocalDate date,
    String description,
    String currency,
    UUID eventId,
    String eventType,
    int eventVersion,
    @Nullable String correlationId,
    Content content,
    List<JournalLine> lines,
    @Nullable String traceparent) {

  /**
   * What a message says, in the newest version that this hub understands.
   *
   * @param hash equal for messages that say the same; {@code v<version>:} and 64 digits
   * @param olderHashes the same content as older versions hashed it: a hub that did not know the
   *     newest may have recorded it so
   * @param publishedIn all versions in which the event was published, the message's own among them
   */
  public record Content(String hash, Supplier<List<String>> olderHashes, Set<Integer> publishedIn) {
    /** Of an event that there is one version of. */
    public Content(String hash) {
      this(hash, List::of, Set.of());
    }

    boolean isSameAs(@Nullable String recorded) {
      return hash.equals(recorded) || olderHashes.get().contains(recorded);
    }
  }

  /**
   * @throws IllegalArgumentException FIN-002 if debits and credits differ; FIN-003 if who it
   *     belongs to or its currency is not given
   */
  public Journal {
    lines = List.copyOf(lines);
    if (source.isBlank() || externalRef.isBlank() || !currency.matches("[A-Z]{3}")) {
      throw new IllegalArgumentException(
          "FIN-003 a journal needs a source ('%s'), a transaction id ('%s') and a currency of three capitals ('%s'); correct the mapping."
              .formatted(source, externalRef, currency));
    }
    BigDecimal debits = total(lines, JournalLine::debit);
    BigDecimal credits = total(lines, JournalLine::credit);
    if (debits.compareTo(credits) != 0) {
      throw new IllegalArgumentException(
          "FIN-002 journal for transaction %s does not balance: debits %s, credits %s %s; correct the mapping."
              .formatted(externalRef, debits.toPlainString(), credits.toPlainString(), currency));
    }
  }

  /** Of a message that belongs to no trace. */
  public Journal(
      String source,
      String externalRef,
      LocalDate date,
      String description,
      String currency,
      UUID eventId,
      String eventType,
      int eventVersion,
      @Nullable String correlationId,
      Content content,
      List<JournalLine> lines) {
    this(
        source,
        externalRef,
        date,
        description,
        currency,
        eventId,
        eventType,
        eventVersion,
        correlationId,
        content,
        lines,
        null);
  }

  /** The same, in a trace. */
  Journal tracedBy(@Nullable String trace) {
    return Objects.equals(trace, traceparent)
        ? this
        : new Journal(
            source,
            externalRef,
            date,
            description,
            currency,
            eventId,
            eventType,
            eventVersion,
            correlationId,
            content,
            lines,
            trace);
  }

  /** Exact sum of the debits; 0 without lines. */
  public BigDecimal totalDebit() {
    return total(lines, JournalLine::debit);
  }

  /** Exact sum of the credits; equals {@link #totalDebit} by value, not always by scale. */
  public BigDecimal totalCredit() {
    return total(lines, JournalLine::credit);
  }

  private static BigDecimal total(List<JournalLine> lines, Function<JournalLine, BigDecimal> side) {
    return lines.stream().map(side).reduce(BigDecimal.ZERO, BigDecimal::add);
  }
}
