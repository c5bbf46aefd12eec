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
import io.tallyline.testing.TestUsers;
import java.net.CookieManager;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The pages over HTTP: what is written into them, and who may send what from them. */
class DeskPagesIT {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");
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

  private static String letter() {
    return "/desk/dead-letters/" + open().get(0).id();
  }

  /** A browser in which somebody has signed in. */
  private static final class Visitor {
    private final HttpClient client =
        HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

    Visitor(AccessRole role) throws Exception {
      HttpResponse<String> signedIn =
          post(
              "/login",
              token("/login"),
              "username",
              TestUsers.user(role),
              "password",
              TestUsers.password(role));
      assertThat(signedIn.statusCode()).isEqualTo(302);
    }

    HttpResponse<String> get(String path) throws Exception {
      return client.send(
          HttpRequest.newBuilder(hub.uri(path)).header("Accept", "text/html").build(),
          HttpResponse.BodyHandlers.ofString());
    }

    /** Of the form on a page. */
    String token(String page) throws Exception {
      Matcher token = TOKEN.matcher(get(page).body());
      assertThat(token.find()).as("%s has a form with a token", page).isTrue();
      return token.group(1);
    }

    HttpResponse<String> post(String path, String token, String... fields) throws Exception {
      StringBuilder form = new StringBuilder("_csrf=").append(encoded(token));
      for (int i = 0; i < fields.length; i += 2) {
        form.append('&').append(fields[i]).append('=').append(encoded(fields[i + 1]));
      }
      return client.send(
          HttpRequest.newBuilder(hub.uri(path))
              .header("Accept", "text/html")
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(HttpRequest.BodyPublishers.ofString(form.toString()))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }

    private static String encoded(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
  }

  @Test
  void whoever_signs_in_begins_at_the_desk() throws Exception {
    HttpResponse<String> start = new Visitor(AccessRole.VIEWER).get("/");

    assertThat(start.statusCode()).isEqualTo(302);
    assertThat(start.headers().firstValue("Location")).hasValue("/desk");
  }

  @Test
  void a_hostile_message_is_text_wherever_it_is_shown() throws Exception {
    Visitor operator = new Visitor(AccessRole.OPERATOR);

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
    assertThat(operator.get("/desk/trace?id=" + Visitor.encoded("\"><script>")).body())
        .doesNotContain("<script");
  }

  @Test
  void every_page_is_there_for_a_viewer_without_a_form_that_changes_anything() throws Exception {
    Visitor viewer = new Visitor(AccessRole.VIEWER);

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
    Visitor operator = new Visitor(AccessRole.OPERATOR);

    HttpResponse<String> none = operator.post(letter() + "/discard", "", "why", "no token");
    HttpResponse<String> wrong = operator.post(letter() + "/discard", "guess", "why", "no token");

    assertThat(none.statusCode()).isEqualTo(403);
    assertThat(wrong.statusCode()).isEqualTo(403);
    assertThat(open()).hasSize(1);
  }

  @Test
  void a_viewer_changes_nothing_and_an_operator_approves_nothing() throws Exception {
    Visitor viewer = new Visitor(AccessRole.VIEWER);
    Visitor operator = new Visitor(AccessRole.OPERATOR);

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
    Visitor operator = new Visitor(AccessRole.OPERATOR);
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
    Visitor operator = new Visitor(AccessRole.OPERATOR);
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
