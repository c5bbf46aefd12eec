package io.tallyline.ops.console;

import static io.tallyline.ops.console.ConsoleHub.exec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.audit.AuditEntries;
import io.tallyline.audit.AuditEntry;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import io.tallyline.deadletter.DeadLetterStatus;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.reconcile.ReconcileLedger;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.TestUsers;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The desk's operations as the console runs them: by whom they may, and with their name kept. */
class DeskOperationsIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String DESK = "io.tallyline:type=Desk";
  private static final String DISCARD = "discardLetter(long,java.lang.String)";

  private static ConsoleHub console;

  @BeforeAll
  static void start() {
    console = new ConsoleHub();
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  private static DeadLetterDesk desk() {
    return console.hub.bean(DeadLetterDesk.class);
  }

  /** A row that no mapping can translate becomes a dead letter, and the store takes it. */
  private static long letter() {
    String id = UUID.randomUUID().toString();
    new Outbox(console.inventory.ownerDataSource())
        .record("a", "PriceChanged", "{\"id\": \"" + id + "\"}");
    var filter = new DeadLetterFilter(List.of(), null, null, null, null, id, null, null);
    await().atMost(LONG).until(() -> !desk().list(filter, Long.MAX_VALUE, 1).isEmpty());
    return desk().list(filter, Long.MAX_VALUE, 1).get(0).id();
  }

  private static JsonNode run(AccessRole role, String operation, Object... arguments) {
    return console.ask(role, exec(DESK, operation, arguments));
  }

  private static AuditEntry newest() {
    return console.hub.bean(AuditEntries.class).newest(Long.MAX_VALUE, 1).get(0);
  }

  @Test
  void an_operator_discards_a_letter_and_takes_that_back_and_the_audit_says_who() {
    long letter = letter();

    JsonNode discarded = run(AccessRole.OPERATOR, DISCARD, letter, "nobody sells by this price");

    assertThat(discarded.path("value").asText())
        .as(discarded.toString())
        .isEqualTo("dead letter " + letter + ": DISCARDED");
    assertThat(newest().who()).isEqualTo(TestUsers.user(AccessRole.OPERATOR) + "-token");
    assertThat(newest().reason()).isEqualTo("nobody sells by this price");

    JsonNode undone =
        run(AccessRole.OPERATOR, "undoDiscard(long,java.lang.String)", letter, "somebody does");

    assertThat(undone.path("value").asText()).isEqualTo("dead letter " + letter + ": OPEN");
    assertThat(desk().open(letter).letter().status()).isEqualTo(DeadLetterStatus.OPEN);
    assertThat(newest().reason()).isEqualTo("somebody does");
  }

  @Test
  void a_letter_is_sent_again() {
    long letter = letter();

    JsonNode retried =
        run(AccessRole.OPERATOR, "retryLetter(long,java.lang.String)", letter, "once more");

    assertThat(retried.path("value").asText())
        .as(retried.toString())
        .isEqualTo("dead letter " + letter + ": RETRYING");
    assertThat(newest().reason()).isEqualTo("once more");
  }

  @Test
  void who_may_only_look_and_who_gives_no_reason_is_refused() {
    long letter = letter();

    assertThat(run(AccessRole.VIEWER, DISCARD, letter, "x").path("status").asInt()).isEqualTo(403);
    for (String nothing : Arrays.asList(" ", null)) {
      JsonNode noReason = run(AccessRole.OPERATOR, DISCARD, letter, nothing);
      assertThat(noReason.path("error").asText()).as(nothing).contains("DLQ-").contains("reason");
    }
    JsonNode unknown = run(AccessRole.OPERATOR, DISCARD, 999_999L, "x");
    assertThat(unknown.path("error").asText()).contains("DLQ-010 there is no dead letter 999999");

    assertThat(desk().open(letter).letter().status()).isEqualTo(DeadLetterStatus.OPEN);
  }

  @Test
  void the_jvms_own_jmx_has_nobody_who_could_answer_for_it() throws Exception {
    long letter = letter();

    assertThatThrownBy(
            () ->
                ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                        new ObjectName(DESK),
                        "discardLetter",
                        new Object[] {letter, "x"},
                        new String[] {"long", "java.lang.String"}))
        .rootCause()
        .hasMessageStartingWith("OPS-143");

    assertThat(desk().open(letter).letter().status()).isEqualTo(DeadLetterStatus.OPEN);
  }

  @Test
  void a_reconciliation_is_started_and_a_replay_that_is_not_there_is_named() {
    String reconcile = "reconcile(java.lang.String,java.lang.String,java.lang.String)";
    Instant now = Instant.now();

    JsonNode started =
        run(
            AccessRole.OPERATOR,
            reconcile,
            now.minusSeconds(3_600).toString(),
            now.toString(),
            "end of shift");

    assertThat(started.path("status").asInt()).as(started.toString()).isEqualTo(200);
    long number = started.path("value").asLong();
    await().atMost(LONG).until(() -> console.hub.bean(ReconcileLedger.class).one(number).isDone());
    assertThat(run(AccessRole.OPERATOR, reconcile, "today", "now", "x").path("error").asText())
        .contains("OPS-144 'today' is no moment in UTC");
    for (String operation : List.of("pauseReplay", "resumeReplay", "cancelReplay")) {
      JsonNode answer =
          run(AccessRole.OPERATOR, operation + "(long,java.lang.String)", 4_711L, "x");
      assertThat(answer.path("error").asText()).as(operation).contains("RPL-", "4711");
    }
  }
}
