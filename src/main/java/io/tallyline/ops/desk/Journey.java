package io.tallyline.ops.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tallyline.contracts.Names;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.FailedAttempts;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.finance.JournalLine;
import io.tallyline.finance.Ledger;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Everything that is known of a transaction, step by step in the order of time. */
final class Journey {
  /** Most events, attempts and so on that are shown of one id. */
  private static final int MOST = 200;

  private static final String SOURCE = "Inventory";
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  private final Events events;
  private final FailedAttempts attempts;
  private final Ledger ledger;
  private final FoundDeadLetters deadLetters;

  Journey(Events events, FailedAttempts attempts, Ledger ledger, FoundDeadLetters deadLetters) {
    this.events = events;
    this.attempts = attempts;
    this.ledger = ledger;
    this.deadLetters = deadLetters;
  }

  /** What the desk knows of failed messages. */
  interface FoundDeadLetters {
    /**
     * @param ids of messages, or of what they are about
     */
    DeadLettersFound of(Set<String> ids);
  }

  /**
   * @param state dead-lettered, retrying, redirected or discarded; null if nothing is wrong
   */
  record DeadLettersFound(List<Step> steps, @Nullable String state) {}

  /**
   * One step.
   *
   * @param step occurred, published, stored, revised, attempt-failed, dead-lettered, and so on
   * @param outcome in words
   * @param reference where to look further, for example {@code event:12}
   * @param lines of the journal, if this is the step that posted it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Step(
      Instant at,
      String step,
      String outcome,
      @Nullable String reference,
      @Nullable List<Line> lines) {
    Step(Instant at, String step, String outcome, @Nullable String reference) {
      this(at, step, outcome, reference, null);
    }
  }

  /** One line of a journal. */
  public record Line(
      String account, BigDecimal debit, BigDecimal credit, @Nullable String description) {
    static Line of(JournalLine line) {
      return new Line(line.account(), line.debit(), line.credit(), line.description());
    }
  }

  /**
   * What is known of an id.
   *
   * @param state posted, dead-lettered, retrying, redirected, discarded, on-its-way or unknown
   * @param cut whether there is more than is shown
   */
  public record Told(String id, String state, List<Step> steps, boolean cut) {}

  /**
   * @param id of a transaction, an event or a correlation
   */
  Told of(String id) {
    Map<Long, StoredEvent> found = find(id);
    Set<String> messageIds = new LinkedHashSet<>();
    found.values().stream()
        .map(StoredEvent::messageId)
        .filter(message -> message != null)
        .forEach(messageIds::add);
    if (messageIds.isEmpty()) {
      messageIds.add(id);
    }
    List<Step> steps = new ArrayList<>();
    found.values().forEach(event -> add(steps, event));
    List<FailedAttempts.FailedAttempt> failed = attempts.of(List.copyOf(messageIds), MOST);
    failed.forEach(attempt -> steps.add(failed(attempt)));
    // A row that never left the outbox is known by its transaction only.
    Set<String> dead = new LinkedHashSet<>(messageIds);
    dead.add(id);
    DeadLettersFound letters = deadLetters.of(dead);
    steps.addAll(letters.steps());
    List<Step> posted = posted(id, found);
    steps.addAll(posted);
    steps.sort(Comparator.comparing(Step::at));
    return new Told(id, state(posted, letters, failed, found), steps, found.size() >= MOST);
  }

  private static String state(
      List<Step> posted,
      DeadLettersFound letters,
      List<FailedAttempts.FailedAttempt> failed,
      Map<Long, StoredEvent> found) {
    if (!posted.isEmpty()) {
      return "posted";
    } else if (letters.state() != null) {
      return letters.state();
    } else if (!failed.isEmpty()) {
      return "retrying";
    }
    return found.isEmpty() ? "unknown" : "on-its-way";
  }

  private Map<Long, StoredEvent> find(String id) {
    Map<Long, StoredEvent> found = new LinkedHashMap<>();
    if (UUID_TEXT.matcher(id).matches()) {
      List<String> spellings = List.of(id, id.toLowerCase(Locale.ROOT));
      collect(found, EventFilter.ALL.aboutAggregates(spellings));
      collect(found, EventFilter.ALL.withMessageIds(spellings));
    }
    if (found.isEmpty()) {
      collect(found, EventFilter.ALL.causedBy(List.of(id)));
    }
    return found;
  }

  private void collect(Map<Long, StoredEvent> found, EventFilter filter) {
    events.find(filter, 0, Long.MAX_VALUE, MOST).forEach(event -> found.put(event.id(), event));
  }

  private static void add(List<Step> steps, StoredEvent event) {
    String reference = "event:" + event.id();
    if (event.revisionOf() != null) {
      steps.add(
          new Step(
              event.receivedAt(),
              "revised",
              "a corrected copy of event " + event.revisionOf(),
              reference));
      return;
    }
    if (event.occurredAt() != null) {
      steps.add(new Step(event.occurredAt(), "occurred", event.name(), reference));
    }
    if (event.headers().path(Names.HUB_PUBLISHED_AT).canConvertToLong()) {
      String versions = event.header(Names.HUB_VERSIONS);
      steps.add(
          new Step(
              Instant.ofEpochMilli(event.headers().path(Names.HUB_PUBLISHED_AT).longValue()),
              "published",
              event.routingKey() + (versions == null ? "" : " of " + versions),
              reference));
    }
    steps.add(new Step(event.receivedAt(), "stored", event.routingKey(), reference));
  }

  private static Step failed(FailedAttempts.FailedAttempt attempt) {
    return new Step(
        attempt.failedAt(),
        "attempt-failed",
        "attempt %d at %s: %s".formatted(attempt.attempt(), attempt.queue(), attempt.error()),
        attempt.waitQueue());
  }

  private List<Step> posted(String id, Map<Long, StoredEvent> found) {
    Set<String> references = new LinkedHashSet<>();
    references.add(id.toLowerCase(Locale.ROOT));
    found.values().stream()
        .map(StoredEvent::aggregateId)
        .filter(aggregate -> aggregate != null)
        .forEach(aggregate -> references.add(aggregate.toLowerCase(Locale.ROOT)));
    return ledger.entries(SOURCE, references).values().stream().map(Journey::posted).toList();
  }

  private static Step posted(Ledger.Entry entry) {
    if (entry.id() == null) {
      return new Step(
          entry.recordedAt(),
          "posted",
          "transaction %s has no amounts: seen, no journal".formatted(entry.externalRef()),
          null);
    }
    return new Step(
        entry.recordedAt(),
        "posted",
        "journal %d of %s, %s: %s"
            .formatted(entry.id(), entry.date(), entry.currency(), entry.description()),
        "journal:" + entry.id(),
        entry.lines().stream().map(Line::of).toList());
  }
}
