package io.tallyline.ops.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.testing.FailingLedger;
import io.tallyline.testing.HubCommand;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP API and its commands on a hub with every role. */
class DeskApiIT {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final JsonMapper EXACT =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();
  private static final String PASSING = "40P01";

  @TempDir static Path folder;

  private static final PostgresServer.Database INVENTORY = PostgresServer.fresh("inventory");
  private static final PostgresServer.Database FINANCE = PostgresServer.fresh("finance");
  private static final String SALE = UUID.randomUUID().toString();

  private static TestHub hub;
  private static HubCommand command;

  @BeforeAll
  static void start() throws Exception {
    RabbitNode node = RabbitNode.shared();
    hub =
        new TestHub.Settings()
            .roles("relay,finance,store,ops")
            .database(INVENTORY)
            .database(FINANCE)
            .database(PostgresServer.fresh("store"))
            .broker(node, node.newVirtualHost())
            .with("hub.delivery.ladder", "100ms,200ms")
            .start();
    command = new HubCommand(hub, folder);
    new FailingLedger(FINANCE).fail(SALE, 1, PASSING);
    Outbox outbox = new Outbox(INVENTORY.ownerDataSource());
    // Alone: a batch that fails is tried again in portions, at once.
    outbox.record(SALE, "SalesTransactionCreated", Outbox.sale(SALE, 1, "2", "3.5", "1.25"));
    await().atMost(LONG).until(() -> TestHub.journals(FINANCE) == 1);
    outbox.recordSales(30, "10.50", "7.25");
    await().atMost(LONG).until(() -> TestHub.journals(FINANCE) == 31);
    // 31 sales, and what finance announces of their journals.
    Events events = hub.bean(Events.class);
    await().atMost(LONG).until(() -> events.count(EventFilter.ALL, Long.MAX_VALUE, 99) == 62);
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static JsonNode get(String path) throws Exception {
    HttpResponse<String> answer = hub.get(AccessRole.VIEWER, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return EXACT.readTree(answer.body());
  }

  @Test
  void pages_through_the_events_in_both_directions() throws Exception {
    for (String order : List.of("", "&oldest=true")) {
      int seen = 0;
      String next = "/api/events?name=inventory.sales-transaction-created&limit=10" + order;
      while (next != null) {
        JsonNode page = get(next);
        seen += page.path("items").size();
        next = page.path("next").isNull() ? null : page.path("next").asText();
      }
      assertThat(seen).isEqualTo(31);
    }
  }

  @Test
  void shows_one_event_with_everything_that_was_received() throws Exception {
    JsonNode found =
        get("/api/events?aggregate=" + SALE + "&name=inventory.sales-transaction-created");
    assertThat(found.path("items")).hasSize(1);

    JsonNode event = get("/api/events/" + found.path("items").get(0).path("id").asLong());

    assertThat(event.path("body").asText()).contains(SALE).contains("\"unitSellingPrice\":3.5");
    assertThat(event.path("properties").path("content-type").asText())
        .isEqualTo("application/json");
    assertThat(event.path("headers").path("hub-versions").asText()).isEqualTo("v1");
  }

  @Test
  void what_is_wrong_is_a_problem_document_that_says_what_to_do() throws Exception {
    HttpResponse<String> missing = hub.get(AccessRole.VIEWER, "/api/events/999999999");
    HttpResponse<String> wrong = hub.get(AccessRole.VIEWER, "/api/events?from=yesterday");

    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
    assertThat(missing.body()).contains("There is no stored event 999999999.");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
  }

  @Test
  void the_trial_balance_is_exact_and_as_of_a_time() throws Exception {
    JsonNode now = get("/api/trial-balance");
    JsonNode before = get("/api/trial-balance?at=" + Instant.parse("2020-01-01T00:00:00Z"));

    assertThat(row(now, "4000").path("credit").decimalValue()).isEqualTo("322.0000");
    assertThat(row(now, "1300").path("balance").decimalValue()).isEqualTo("-220.0000");
    assertThat(before.path("accounts")).isEmpty();
  }

  private static JsonNode row(JsonNode balance, String account) {
    for (JsonNode row : balance.path("accounts")) {
      if (row.path("account").asText().equals(account)) {
        return row;
      }
    }
    throw new AssertionError("no account " + account + " in " + balance);
  }

  @Test
  void the_journey_of_a_transaction_has_every_step_with_the_attempt_that_failed() throws Exception {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              JsonNode told = get("/api/trace/" + SALE);
              assertThat(told.path("state").asText()).isEqualTo("posted");
              assertThat(told.path("steps").findValuesAsText("step"))
                  .containsSubsequence("occurred", "published", "attempt-failed", "posted")
                  .contains("stored");
            });

    HubCommand.Ran ran = command.run(AccessRole.VIEWER, "trace", SALE);

    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains(SALE + " is posted.", "attempt 1 at finance.journal", "FIN-016")
        .containsPattern("4000 +debit +0 +credit +7.0000");
    System.out.println(ran.out());
    assertThat(command.run(AccessRole.VIEWER, "trace", "unheard-of").status()).isEqualTo(1);
  }

  @Test
  void events_are_found_by_command() {
    HubCommand.Ran table = command.run(AccessRole.VIEWER, "events", "--aggregate", SALE);
    HubCommand.Ran none = command.run(AccessRole.VIEWER, "events", "--text", "unheard of");

    assertThat(table.status()).as(table.err()).isZero();
    assertThat(table.out()).contains("inventory.sales-transaction-created.v1", SALE);
    assertThat(none.status()).isEqualTo(1);
    assertThat(none.out()).contains("Nothing was found.");
  }

  @Test
  void the_api_describes_itself() throws Exception {
    JsonNode openApi = get("/api/openapi");

    assertThat(openApi.path("paths").properties())
        .extracting(path -> path.getKey())
        .contains("/api/events", "/api/events/{id}", "/api/trace/{id}", "/api/trial-balance");
  }
}
