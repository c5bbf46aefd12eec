package io.tallyline.ops.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.deadletter.DeadLetter;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import io.tallyline.deadletter.DeadLetterStatus;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The pages over HTTP: what is written into them, and who may send what from them. */
class DeskPagesIT {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>";

  private static TestHub hub;
  private static DeadLetterDesk desk;

  @BeforeAll
  static void start() {
    RabbitNode node = RabbitNode.shared();
    String virtualHost = node.newVirtualHost();
    hub =
        new TestHub.Settings()
            .roles("relay,finance,store,ops")
            .database(PostgresServer.fresh("inventory"))
            .database(PostgresServer.fresh("finance"))
            .database(PostgresServer.fresh("store"))
            .broker(node, virtualHost)
            .start();
    desk = hub.bean(DeadLetterDesk.class);
    try (Queues queues = new Queues(node, virtualHost)) {
      String body =
          SaleMessages.with(
              UUID.randomUUID().toString(),
              "\"salesOrderNumber\":\"SO-1\"",
              "\"salesOrderNumber\":\"%s\",\"unheardOf\":1".formatted(HOSTILE));
      queues.publish(
          "erp.events",
          SaleMessages.KEY,
          SaleMessages.properties(UUID.randomUUID().toString()),
          body.replace("\"quantity\":3", "\"quantity\":\"%s\"".formatted(HOSTILE))
              .getBytes(StandardCharsets.UTF_8));
    }
    await().atMost(LONG).until(() -> !open().isEmpty());
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static List<DeadLetter> open() {
    return desk.list(DeadLetterFilter.OPEN, Long.MAX_VALUE, 10);
  }

  private static DeskVisitor visitor(AccessRole role) throws Exception {
    return new DeskVisitor(hub, role);
  }

  private static String letter() {
    return "/desk/dead-letters/" + open().get(0).id();
  }

  @Test
  void whoever_signs_in_begins_at_the_desk() throws Exception {
    HttpResponse<String> start = visitor(AccessRole.VIEWER).get("/");

    assertThat(start.statusCode()).isEqualTo(302);
    assertThat(start.headers().firstValue("Location")).hasValue("/desk");
  }

  @Test
  void a_hostile_message_is_text_wherever_it_is_shown() throws Exception {
    DeskVisitor operator = visitor(AccessRole.OPERATOR);

    for (String path :
        List.of("/desk", "/desk/dead-letters", letter(), letter() + "/edit", "/desk/events/1")) {
      HttpResponse<String> page = operator.get(path);
      assertThat(page.statusCode()).as(path).isEqualTo(200);
      assertThat(page.body()).as(path).doesNotContain("<script", "<img");
    }
    assertThat(operator.get(letter()).body()).contains("&lt;script&gt;alert(");
    assertThat(operator.post(letter() + "/edit", operator.token(letter()), "body", HOSTILE).body())
        .doesNotContain("<script", "<img")
        .contains("&lt;img src=x");
    assertThat(operator.get("/desk/trace?id=" + DeskVisitor.encoded("\"><script>")).body())
        .doesNotContain("<script");
  }

  @Test
  void every_page_is_there_for_a_viewer_without_a_form_that_changes_anything() throws Exception {
    DeskVisitor viewer = visitor(AccessRole.VIEWER);

    for (String path :
        List.of(
            "/desk",
            "/desk/dead-letters",
            letter(),
            "/desk/bulk-retries",
            "/desk/approvals",
            "/desk/events",
            "/desk/events/1",
            "/desk/trace?id=x",
            "/desk/trial-balance",
            "/desk/replays",
            "/desk/replays/new",
            "/desk/reconciliations",
            "/desk/audit",
            "/desk/audit/verify")) {
      HttpResponse<String> page = viewer.get(path);
      assertThat(page.statusCode()).as(path).isEqualTo(200);
      assertThat(page.body().split("method=\"post\"", -1)).as(path).hasSize(2);
      assertThat(page.body()).as(path).contains("action=\"/logout\"").doesNotContain("style=");
    }
  }

  @Test
  void an_action_without_the_token_of_a_form_is_refused() throws Exception {
    DeskVisitor operator = visitor(AccessRole.OPERATOR);

    HttpResponse<String> none = operator.post(letter() + "/discard", "", "why", "no token");
    HttpResponse<String> wrong = operator.post(letter() + "/discard", "guess", "why", "no token");

    assertThat(none.statusCode()).isEqualTo(403);
    assertThat(wrong.statusCode()).isEqualTo(403);
    assertThat(open()).hasSize(1);
  }

  @Test
  void a_viewer_changes_nothing_and_an_operator_approves_nothing() throws Exception {
    DeskVisitor viewer = visitor(AccessRole.VIEWER);
    DeskVisitor operator = visitor(AccessRole.OPERATOR);

    HttpResponse<String> discard =
        viewer.post(letter() + "/discard", viewer.token("/desk"), "why", "I may not");
    HttpResponse<String> approve =
        operator.post("/desk/approvals/1/approve", operator.token("/desk"), "why", "I may not");

    assertThat(discard.statusCode()).isEqualTo(403);
    assertThat(discard.body()).contains("This needs the role operator.");
    assertThat(approve.statusCode()).isEqualTo(403);
    assertThat(approve.body()).contains("This needs the role approver.");
    assertThat(open()).hasSize(1);
  }

  @Test
  void a_refusal_is_a_sentence_on_the_page_it_came_from() throws Exception {
    DeskVisitor operator = visitor(AccessRole.OPERATOR);
    String token = operator.token("/desk");

    HttpResponse<String> noReason = operator.post(letter() + "/retry", token, "why", " ");
    HttpResponse<String> unknown = operator.get("/desk/dead-letters/999999");
    HttpResponse<String> noTime = operator.get("/desk/events?from=yesterday");
    HttpResponse<String> noWindow =
        operator.post("/desk/reconciliations", token, "from", "", "to", "", "why", "x");
    HttpResponse<String> noReplay = operator.post("/desk/replays/77/pause", token, "why", "x");

    assertThat(noReason.statusCode()).isEqualTo(422);
    assertThat(noReason.body()).contains("DLQ-011", "Give a reason", "<h2>History</h2>");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).contains("DLQ-010 there is no dead letter 999999.");
    assertThat(noTime.statusCode()).isEqualTo(422);
    assertThat(noTime.body()).contains("&#39;yesterday&#39; is no time", "<h2>Found</h2>");
    assertThat(noWindow.statusCode()).isEqualTo(422);
    assertThat(noWindow.body()).contains("The window needs a time");
    assertThat(noReplay.statusCode()).isEqualTo(404);
    assertThat(noReplay.body()).contains("RPL-006 there is no replay 77.");
  }

  @Test
  void a_discard_can_be_taken_back_and_both_are_in_the_audit() throws Exception {
    DeskVisitor operator = visitor(AccessRole.OPERATOR);
    String letter = letter();
    long id = open().get(0).id();
    String token = operator.token(letter);

    HttpResponse<String> discarded =
        operator.post(letter + "/discard", token, "why", "nobody <b>knows</b> it");
    assertThat(discarded.statusCode()).isEqualTo(302);
    assertThat(discarded.headers().firstValue("Location")).hasValue(letter + "?done=DISCARDED");
    assertThat(desk.open(id).letter().status()).isEqualTo(DeadLetterStatus.DISCARDED);
    assertThat(operator.get(letter + "?done=DISCARDED").body())
        .contains("Discarded. It can be taken back for a while.", "Undo the discard");
    operator.post(letter + "/undo", token, "why", "it was needed");

    assertThat(desk.open(id).letter().status()).isEqualTo(DeadLetterStatus.OPEN);
    assertThat(operator.get("/desk/audit?subject=dead-letter:" + id).body())
        .contains("discard dead letter", "nobody &lt;b&gt;knows&lt;/b&gt; it", "it was needed");
  }
}
