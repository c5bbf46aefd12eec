package io.tallyline.ops.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.ops.security.EndpointTable;
import io.tallyline.testing.HubCommand;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TamperedAudit;
import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.web.MockHttpServletRequest;

/** What people do at the desk, by the HTTP API and by command, on a hub with every role. */
class DeskActionsIT {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String WHY = "{\"reason\":\"the ledger takes it now\"}";
  private static final JsonMapper EXACT =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  @TempDir static Path folder;

  private static final PostgresServer.Database INVENTORY = PostgresServer.fresh("inventory");
  private static final PostgresServer.Database FINANCE = PostgresServer.fresh("finance");
  private static final PostgresServer.Database STORE = PostgresServer.fresh("store");

  private static TestHub hub;
  private static HubCommand command;
  private static Queues queues;
  private static TroubledSales sales;

  @BeforeAll
  static void start() {
    RabbitNode node = RabbitNode.shared();
    String virtualHost = node.newVirtualHost();
    hub =
        new TestHub.Settings()
            .roles("relay,finance,store,ops")
            .database(INVENTORY)
            .database(FINANCE)
            .database(STORE)
            .broker(node, virtualHost)
            .with("hub.delivery.ladder", "100ms,200ms")
            .with("hub.reconcile.grace", "1ms")
            .with("hub.reconcile.redelivery", "1ms")
            .with("hub.dead-letters.canary", "2")
            .with("hub.dead-letters.redirect-queues", "finance.manual")
            .start();
    command = new HubCommand(hub, folder);
    queues = new Queues(node, virtualHost);
    sales = new TroubledSales(hub, INVENTORY, FINANCE, queues);
  }

  @AfterAll
  static void stop() {
    queues.close();
    hub.close();
  }

  private static JsonNode get(String path) throws Exception {
    HttpResponse<String> answer = hub.get(AccessRole.VIEWER, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return EXACT.readTree(answer.body());
  }

  private static HttpResponse<String> send(AccessRole role, String path, String body)
      throws Exception {
    return HttpClient.newHttpClient()
        .send(
            TestUsers.bearing(role, HttpRequest.newBuilder(hub.uri(path)))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode post(AccessRole role, String path, String body) throws Exception {
    HttpResponse<String> answer = send(role, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return EXACT.readTree(answer.body());
  }

  private static JsonNode letter(long id) throws Exception {
    return get("/api/dead-letters/" + id);
  }

  private static void awaitStatus(long id, String status) {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(letter(id).at("/letter/status").asText()).isEqualTo(status));
  }

  @Test
  void a_dead_letter_is_shown_whole_and_retried_with_every_step_in_its_journey() throws Exception {
    long id = sales.deadLetters(1).get(0);
    JsonNode whole = letter(id);
    String sale = whole.at("/preview/journal/transaction").asText();

    assertThat(get("/api/trace/" + sale).path("state").asText()).isEqualTo("dead-lettered");
    assertThat(whole.at("/body/text").asText()).contains(sale);
    assertThat(whole.at("/preview/journal/lines")).isNotEmpty();
    assertThat(whole.at("/letter/error").asText()).isNotEmpty();

    sales.correctTheLedger();
    HttpResponse<String> viewer =
        send(AccessRole.VIEWER, "/api/dead-letters/" + id + "/retry", WHY);
    JsonNode done = post(AccessRole.OPERATOR, "/api/dead-letters/" + id + "/retry", WHY);

    assertThat(viewer.statusCode()).isEqualTo(403);
    assertThat(done.at("/letter/status").asText()).isEqualTo("RETRYING");
    awaitStatus(id, "RESOLVED");
    assertThat(sales.journals(sale)).isOne();
    JsonNode told = get("/api/trace/" + sale);
    assertThat(told.path("state").asText()).isEqualTo("posted");
    assertThat(told.path("steps").findValuesAsText("step"))
        .containsSubsequence("dead-lettered", "retried", "posted");
    assertThat(letter(id).at("/actions/0/who").asText()).startsWith("test-operator");
  }

  @Test
  void what_is_discarded_can_be_taken_back_by_command() throws Exception {
    long id = sales.deadLetters(1).get(0);
    String number = Long.toString(id);

    HubCommand.Ran discarded =
        command.run(
            AccessRole.OPERATOR, "dead-letters", "discard", number, "--reason", "only a test");
    String sale = letter(id).at("/preview/journal/transaction").asText();
    JsonNode told = get("/api/trace/" + sale);
    HubCommand.Ran undone =
        command.run(AccessRole.OPERATOR, "dead-letters", "undo", number, "--reason", "needed");
    HubCommand.Ran again =
        command.run(AccessRole.OPERATOR, "dead-letters", "undo", number, "--reason", "needed");
    HubCommand.Ran shown = command.run(AccessRole.VIEWER, "dead-letters", "show", number);

    assertThat(discarded.out()).contains("Dead letter " + number + " is DISCARDED.");
    assertThat(told.path("state").asText()).isEqualTo("discarded");
    assertThat(undone.out()).contains("is OPEN.");
    assertThat(again.status()).isEqualTo(2);
    assertThat(again.err()).contains("DLQ-012");
    assertThat(shown.out()).contains("undo-discard-dead-letter by test-operator", "only a test");
    assertThat(fits(shown.out())).isTrue();
  }

  /** The body and the error of a message are as long as they are. */
  private static boolean fits(String out) {
    return out.lines()
        .filter(line -> !line.startsWith("{") && !line.startsWith("error"))
        .allMatch(line -> line.length() <= 100);
  }

  @Test
  void a_command_that_writes_money_needs_a_person_or_yes() throws Exception {
    long id = sales.deadLetters(1).get(0);
    String number = Long.toString(id);
    sales.correctTheLedger();

    HubCommand.Ran nobody =
        command.run(AccessRole.OPERATOR, "dead-letters", "retry", number, "--reason", "corrected");
    HubCommand.Ran without =
        command.run(AccessRole.OPERATOR, "dead-letters", "retry", number, "--yes");

    assertThat(nobody.status()).isEqualTo(2);
    assertThat(nobody.err()).contains("OPS-243");
    assertThat(nobody.out()).contains("It would post 1 journal").containsPattern("4000 +0 +7");
    assertThat(without.status()).isEqualTo(2);
    assertThat(without.err()).contains("--reason");
    assertThat(letter(id).at("/letter/status").asText()).isEqualTo("OPEN");

    HubCommand.Ran yes =
        command.run(
            AccessRole.OPERATOR, "dead-letters", "retry", number, "--reason", "right", "--yes");

    assertThat(yes.status()).as(yes.err()).isZero();
    awaitStatus(id, "RESOLVED");
  }

  @Test
  void an_edited_amount_waits_for_a_second_person() throws Exception {
    long id = sales.deadLetters(1).get(0);
    sales.correctTheLedger();
    String body = letter(id).at("/body/text").asText().replace("USD", "EUR");
    Path file = Files.writeString(folder.resolve("edited.json"), body);
    ObjectNode edit = EXACT.createObjectNode().put("body", body);

    JsonNode preview =
        post(AccessRole.OPERATOR, "/api/dead-letters/" + id + "/preview-edit", edit.toString());
    HubCommand.Ran edited =
        command.run(
            AccessRole.OPERATOR,
            "dead-letters",
            "edit",
            Long.toString(id),
            "--body",
            file.toString(),
            "--reason",
            "the currency was wrong",
            "--yes",
            "--json");

    assertThat(preview.path("changesAmount").asBoolean()).isTrue();
    assertThat(edited.status()).as(edited.err()).isZero();
    JsonNode done = EXACT.readTree(edited.out());
    assertThat(done.at("/letter/status").asText()).isEqualTo("WAITING_APPROVAL");
    String approval = done.path("approval").asText();
    assertThat(
            send(AccessRole.OPERATOR, "/api/approvals/" + approval + "/approve", WHY).statusCode())
        .isEqualTo(403);
    assertThat(command.run(AccessRole.VIEWER, "dead-letters", "approvals").out())
        .contains("edited dead letter " + id);

    HubCommand.Ran approved =
        command.run(
            AccessRole.APPROVER,
            "dead-letters",
            "approve",
            approval,
            "--reason",
            "checked",
            "--yes");

    assertThat(approved.status()).as(approved.err()).isZero();
    assertThat(approved.out()).containsPattern("4000 +0 +7");
    awaitStatus(id, "RESOLVED");
    assertThat(letter(id).at("/revisions/0/diff")).isNotEmpty();
  }

  @Test
  void whoever_asked_cannot_agree() throws Exception {
    long id = sales.deadLetters(1).get(0);
    ObjectNode edit = EXACT.createObjectNode().put("reason", "the currency was wrong");
    edit.put("body", letter(id).at("/body/text").asText().replace("USD", "EUR"));

    JsonNode asked =
        post(AccessRole.APPROVER, "/api/dead-letters/" + id + "/edit", edit.toString());
    String path = "/api/approvals/" + asked.path("approval").asLong();
    HttpResponse<String> own = send(AccessRole.APPROVER, path + "/approve", WHY);

    assertThat(own.statusCode()).isEqualTo(403);
    assertThat(own.body()).contains("DLQ-020");
    post(AccessRole.APPROVER, path + "/reject", WHY);
    assertThat(letter(id).at("/letter/status").asText()).isEqualTo("OPEN");
    assertThat(letter(id).at("/latest/text").asText()).contains("USD");
  }

  @Test
  void a_bulk_retry_is_planned_started_and_comes_to_its_end() throws Exception {
    List<Long> ids = sales.deadLetters(4);
    HubCommand.Ran groups = command.run(AccessRole.VIEWER, "dead-letters", "groups", "--value");
    sales.correctTheLedger();
    ObjectNode plan = EXACT.createObjectNode().put("reason", "corrected");
    ids.forEach(plan.withArray("ids")::add);

    JsonNode planned = post(AccessRole.OPERATOR, "/api/bulk-retries", plan.toString());
    HubCommand.Ran started =
        command.run(
            AccessRole.OPERATOR,
            "dead-letters",
            "bulk",
            "start",
            planned.path("id").asText(),
            "--reason",
            "corrected",
            "--yes",
            "--wait");

    assertThat(groups.out()).contains("inventory.sales-transaction-created", "would post");
    assertThat(planned.at("/value/wouldPost").asLong()).isEqualTo(4);
    assertThat(planned.at("/value/debits/USD").decimalValue()).isEqualByComparingTo("38");
    assertThat(started.status()).as(started.out() + started.err()).isZero();
    assertThat(fits(groups.out()) && fits(started.out())).as(groups.out()).isTrue();
    assertThat(started.out()).contains("DONE").containsPattern("4000 +USD +0 +28");
    for (long id : ids) {
      awaitStatus(id, "RESOLVED");
    }
    assertThat(get("/api/trace/" + letter(ids.get(0)).at("/letter/aggregateId").asText()))
        .asString()
        .contains("\"retried\"", "bulk-retry:" + planned.path("id").asText());
    assertThat(
            send(
                    AccessRole.OPERATOR,
                    "/api/bulk-retries/" + planned.path("id").asText() + "/start",
                    WHY)
                .statusCode())
        .isEqualTo(409);
  }

  @Test
  void a_replay_of_what_is_posted_doubles_nothing() throws Exception {
    List<String> posted = sales.posted(3);
    String[] start = {
      "replays",
      "start",
      "--reason",
      "to be sure",
      "--yes",
      "--watch",
      "--json",
      "--aggregate",
      "",
      "--aggregate",
      "",
      "--aggregate",
      ""
    };
    for (int i = 0; i < 3; i++) {
      start[8 + 2 * i] = posted.get(i);
    }

    HubCommand.Ran ran = command.run(AccessRole.OPERATOR, start);

    assertThat(ran.status()).as(ran.out() + ran.err()).isZero();
    assertThat(ran.err()).contains("3 events: 0 would write a journal, 3 have theirs");
    JsonNode replay = EXACT.readTree(ran.out());
    assertThat(replay.path("status").asText()).isEqualTo("done");
    assertThat(replay.at("/progress/sent").asLong()).isEqualTo(3);
    posted.forEach(sale -> assertThat(sales.journals(sale)).isOne());
    assertThat(command.run(AccessRole.VIEWER, "replays", "list").out()).contains("done");
    JsonNode page =
        post(
            AccessRole.VIEWER,
            "/api/replays/preview/items?limit=2",
            EXACT
                .createObjectNode()
                .put("queue", "finance.journal")
                .set(
                    "selection",
                    EXACT.createObjectNode().set("aggregateIds", EXACT.valueToTree(posted)))
                .toString());
    assertThat(page.path("items")).hasSize(2);
    JsonNode rest =
        post(
            AccessRole.VIEWER,
            page.path("next").asText(),
            EXACT
                .createObjectNode()
                .put("queue", "finance.journal")
                .set(
                    "selection",
                    EXACT.createObjectNode().set("aggregateIds", EXACT.valueToTree(posted)))
                .toString());
    assertThat(rest.path("items")).hasSize(1);
  }

  @Test
  void a_schedule_is_made_paused_and_deleted_by_command() {
    HubCommand.Ran added =
        command.run(
            AccessRole.OPERATOR,
            "replays",
            "schedule",
            "add",
            "nightly",
            "--cron",
            "0 30 2 * * ?",
            "--zone",
            "Europe/Berlin",
            "--last",
            "P1D",
            "--without-journal",
            "--reason",
            "catch what was missed",
            "--yes");
    HubCommand.Ran paused =
        command.run(
            AccessRole.OPERATOR, "replays", "schedule", "pause", "nightly", "--reason", "closing");
    HubCommand.Ran listed = command.run(AccessRole.VIEWER, "replays", "schedule", "list");
    HubCommand.Ran deleted =
        command.run(
            AccessRole.OPERATOR, "replays", "schedule", "delete", "nightly", "--reason", "done");
    HubCommand.Ran gone =
        command.run(
            AccessRole.OPERATOR, "replays", "schedule", "delete", "nightly", "--reason", "done");

    assertThat(added.status()).as(added.err()).isZero();
    assertThat(paused.status()).as(paused.err()).isZero();
    assertThat(listed.out()).contains("nightly", "Europe/Berlin", "paused");
    assertThat(deleted.out()).contains("nightly is gone.");
    assertThat(gone.err()).contains("RPL-006");
  }

  @Test
  void a_reconciliation_is_clean_or_finds_what_is_missing_which_is_replayed() throws Exception {
    Instant from = Instant.now();
    sales.posted(1);
    HubCommand.Ran clean = reconcile(from, Instant.now());
    Instant later = Instant.now();
    String lost = sales.missed();

    HubCommand.Ran differs = reconcile(later, Instant.now());

    assertThat(clean.status()).as(clean.out() + clean.err()).isZero();
    assertThat(EXACT.readTree(clean.out()).path("clean").asBoolean()).isTrue();
    assertThat(differs.status()).as(differs.out() + differs.err()).isOne();
    JsonNode found = EXACT.readTree(differs.out());
    assertThat(found.at("/differences/event-missing").asLong()).as(differs.out()).isOne();
    String id = found.path("id").asText();
    HubCommand.Ran shown = command.run(AccessRole.VIEWER, "reconcile", "show", id);
    assertThat(shown.status()).isOne();
    assertThat(shown.out()).contains("event-missing", lost);
    Path csv = folder.resolve("differences.csv");
    HubCommand.Ran exported =
        command.run(AccessRole.VIEWER, "reconcile", "export", id, "--csv", csv.toString());
    assertThat(exported.status()).as(exported.err()).isZero();
    assertThat(Files.readString(csv)).startsWith("no,kind,").contains(lost);
    assertThat(hub.get("/api/reconciliations/" + id + "/differences.csv").headers().map())
        .hasEntrySatisfying(
            "Content-Disposition",
            value ->
                assertThat(value.get(0))
                    .isEqualTo(
                        "attachment; filename=\"reconciliation-%s-differences.csv\""
                            .formatted(id)));

    HubCommand.Ran replayed =
        command.run(
            AccessRole.OPERATOR,
            "reconcile",
            "replay-missing",
            id,
            "--reason",
            "a binding was lost",
            "--yes",
            "--watch");

    assertThat(replayed.status()).as(replayed.err()).isZero();
    assertThat(replayed.out()).contains("1 events: 1 would write a journal");
    await().atMost(LONG).until(() -> sales.journals(lost) == 1);
    assertThat(get("/api/reconciliations?limit=1").path("next").asText()).contains("cursor=");
    assertThat(get("/api/reconciliations/" + id + "/accounts").path("items")).isNotEmpty();
    assertThat(get("/api/reconciliations/" + id + "/items?limit=1").path("items")).isNotEmpty();
  }

  private static HubCommand.Ran reconcile(Instant from, Instant to) {
    return command.run(
        AccessRole.OPERATOR,
        "reconcile",
        "run",
        "--from",
        from.toString(),
        "--to",
        to.toString(),
        "--reason",
        "check",
        "--wait",
        "--json");
  }

  @Test
  void the_audit_is_listed_and_verified() throws Exception {
    long id = sales.deadLetters(1).get(0);
    post(AccessRole.OPERATOR, "/api/dead-letters/" + id + "/discard", WHY);

    HubCommand.Ran listed =
        command.run(AccessRole.VIEWER, "audit", "list", "--about", "dead-letter:" + id);
    HubCommand.Ran whole = command.run(AccessRole.OPERATOR, "audit", "verify");
    HubCommand.Ran cut =
        command.run(AccessRole.OPERATOR, "audit", "verify", "--head", "999999:" + "a".repeat(64));
    HubCommand.Ran wrong = command.run(AccessRole.OPERATOR, "audit", "verify", "--head", "x");

    assertThat(listed.out()).contains("discard-dead-letter", "test-operator");
    assertThat(whole.status()).as(whole.out() + whole.err()).isZero();
    assertThat(whole.out()).contains("The audit is whole");
    assertThat(cut.status()).isOne();
    assertThat(cut.out()).contains("to 999999 is missing: the tail was cut");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("AUD-010");
    assertThat(command.run(AccessRole.VIEWER, "audit", "verify").status()).isEqualTo(2);
    JsonNode entry = get("/api/audit?limit=1").path("items").get(0);
    assertThat(entry.path("hash").asText()).matches("[0-9a-f]{64}");
    assertThat(entry.path("after").isObject() || entry.path("before").isObject()).isTrue();
  }

  @Test
  void an_audit_that_was_changed_is_told_by_the_number_of_the_row() throws Exception {
    long id = sales.deadLetters(1).get(0);
    post(AccessRole.OPERATOR, "/api/dead-letters/" + id + "/discard", WHY);
    JsonNode entry = get("/api/audit?about=dead-letter:" + id).path("items").get(0);
    long number = entry.path("number").asLong();
    String who = entry.path("who").asText();

    TamperedAudit.swap(STORE, number, who, "mallory");
    HubCommand.Ran broken = command.run(AccessRole.OPERATOR, "audit", "verify");
    TamperedAudit.swap(STORE, number, who, "mallory");
    HubCommand.Ran whole = command.run(AccessRole.OPERATOR, "audit", "verify");

    assertThat(broken.status()).as(broken.err()).isOne();
    assertThat(broken.out())
        .contains(
            "Entry " + number + " does not fit its hash: it was changed",
            "The audit is broken in 1 places");
    assertThat(whole.status()).as(whole.out() + whole.err()).isZero();
  }

  @Test
  void what_is_mistyped_or_missing_is_refused_by_its_name() throws Exception {
    String retry = "/api/dead-letters/999999/retry";
    HttpResponse<String> mistyped =
        send(AccessRole.OPERATOR, retry, "{\"reason\":\"x\",\"raeson\":\"y\"}");
    HttpResponse<String> blank = send(AccessRole.OPERATOR, retry, "{\"reason\":\" \"}");
    HttpResponse<String> unknown = send(AccessRole.OPERATOR, retry, WHY);
    HttpResponse<String> condition =
        send(
            AccessRole.OPERATOR,
            "/api/replays/preview",
            "{\"queue\":\"finance.journal\",\"selection\":{\"nmaes\":[\"x\"]}}");
    HttpResponse<String> time =
        send(
            AccessRole.OPERATOR,
            "/api/reconciliations",
            "{\"from\":\"yesterday\",\"to\":\"2026-03-01T00:00:00Z\",\"reason\":\"x\"}");
    HttpResponse<String> queue =
        send(
            AccessRole.OPERATOR,
            "/api/replays",
            "{\"queue\":\"x\",\"selection\":{},\"reason\":\"x\"}");
    HttpResponse<String> notThere = hub.get("/api/reconciliations/999999/differences.csv");

    assertThat(mistyped.statusCode()).isEqualTo(400);
    assertThat(mistyped.body()).contains("OPS-241", "raeson");
    assertThat(blank.statusCode()).isEqualTo(422);
    assertThat(blank.body()).contains("OPS-241", "'reason'");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).contains("DLQ-010");
    assertThat(condition.statusCode()).isEqualTo(422);
    assertThat(condition.body()).contains("RPL-002", "nmaes");
    assertThat(time.statusCode()).isEqualTo(400);
    assertThat(time.body()).contains("OPS-241", "from");
    assertThat(queue.body()).contains("RPL-001");
    assertThat(notThere.statusCode()).isEqualTo(404);
    assertThat(notThere.body()).contains("REC-003");
    for (HttpResponse<String> answer : List.of(mistyped, blank, unknown, condition, notThere)) {
      assertThat(answer.headers().firstValue("Content-Type"))
          .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
    }
  }

  @Test
  void a_redirect_goes_to_an_allowed_queue_only() throws Exception {
    long id = sales.deadLetters(1).get(0);
    queues.bind("finance.manual", "amq.fanout", "", java.util.Map.of());

    HttpResponse<String> other =
        send(
            AccessRole.OPERATOR,
            "/api/dead-letters/" + id + "/redirect",
            "{\"queue\":\"finance.journal\",\"reason\":\"x\"}");
    HubCommand.Ran redirected =
        command.run(
            AccessRole.OPERATOR,
            "dead-letters",
            "redirect",
            Long.toString(id),
            "--to",
            "finance.manual",
            "--reason",
            "by hand");

    assertThat(other.statusCode()).isEqualTo(403);
    assertThat(other.body()).contains("DLQ-015");
    assertThat(redirected.out()).contains("is REDIRECTED.");
    await().atMost(LONG).until(() -> queues.count("finance.manual") == 1);
  }

  @Test
  void every_path_of_the_desk_is_described() throws Exception {
    JsonNode paths = get("/api/openapi").path("paths");

    assertThat(paths.properties())
        .extracting(path -> path.getKey())
        .contains(
            "/api/dead-letters/{id}/retry",
            "/api/bulk-retries/{id}/start",
            "/api/approvals/{id}/approve",
            "/api/replays/preview/items",
            "/api/replay-schedules/{name}/pause",
            "/api/reconciliations/{id}/replay-missing",
            "/api/audit/verify");
  }

  @Test
  void every_path_of_the_desk_asks_for_the_role_of_the_endpoint_table() throws Exception {
    List<String> seen = new java.util.ArrayList<>();
    for (var path : get("/api/openapi").path("paths").properties()) {
      String example = path.getKey().replaceAll("\\{[^}]*}", "x");
      for (String method : iterable(path.getValue().fieldNames())) {
        String verb = method.toUpperCase(java.util.Locale.ROOT);
        AccessRole needed =
            EndpointTable.rowFor(new MockHttpServletRequest(verb, example)).orElseThrow().role();
        for (AccessRole role : AccessRole.values()) {
          int status =
              verb.equals("GET")
                  ? hub.get(role, example).statusCode()
                  : send(role, example, "{}").statusCode();
          if (role.includes(java.util.Objects.requireNonNull(needed))) {
            assertThat(status).as("%s %s as %s", verb, example, role).isNotIn(401, 403);
          } else {
            assertThat(status).as("%s %s as %s", verb, example, role).isEqualTo(403);
          }
        }
        seen.add(verb);
      }
    }
    assertThat(seen).contains("GET", "POST");
  }

  private static <T> Iterable<T> iterable(java.util.Iterator<T> values) {
    return () -> values;
  }
}
