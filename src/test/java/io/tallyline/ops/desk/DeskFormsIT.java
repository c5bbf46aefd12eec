package io.tallyline.ops.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import io.tallyline.deadletter.BulkRetries;
import io.tallyline.deadletter.BulkRetry;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterStatus;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.Resends;
import io.tallyline.ops.console.ConsoleBrowser;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.reconcile.ReconcileLedger;
import io.tallyline.replay.Replay;
import io.tallyline.replay.ReplaySchedules;
import io.tallyline.replay.Replays;
import io.tallyline.replay.Schedules;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TamperedAudit;
import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Every form of the desk, filled in by somebody in a browser: what it does, and what is shown. */
class DeskFormsIT {
  private static final Duration LONG = Duration.ofSeconds(90);

  /** More than there are stops on the longest page. */
  private static final int MOST_TABS = 150;

  private static final PostgresServer.Database INVENTORY = PostgresServer.fresh("inventory");
  private static final PostgresServer.Database FINANCE = PostgresServer.fresh("finance");
  private static final PostgresServer.Database STORE = PostgresServer.fresh("store");

  private static TestHub hub;
  private static Queues queues;
  private static TroubledSales sales;
  private static DeadLetterDesk desk;
  private static ConsoleBrowser browser;
  private static DeskBrowser page;

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
            .with("hub.dead-letters.retry-per-second", "3")
            .with("hub.dead-letters.redirect-queues", "finance.manual")
            .start();
    queues = new Queues(node, virtualHost);
    sales = new TroubledSales(hub, INVENTORY, FINANCE, queues);
    desk = hub.bean(DeadLetterDesk.class);
    browser = new ConsoleBrowser(hub);
    page = new DeskBrowser(browser);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    queues.close();
    hub.close();
  }

  private static DeadLetterStatus status(long id) {
    return desk.open(id).letter().status();
  }

  private static void awaitStatus(long id, DeadLetterStatus status) {
    await().atMost(LONG).untilAsserted(() -> assertThat(status(id)).isEqualTo(status));
  }

  private static String sale(long id) {
    return desk.open(id).letter().aggregateId();
  }

  /** An operator looks at one of his. */
  private static long openedByAnOperator() {
    long id = sales.deadLetters(1).get(0);
    page.signIn(AccessRole.OPERATOR);
    browser.open("/desk/dead-letters/" + id);
    return id;
  }

  private static void edit(String text, String by) {
    browser.click(By.linkText("Edit it, then retry"));
    WebElement body = browser.one(By.id("body"));
    String edited = body.getDomProperty("value").replace(text, by);
    body.clear();
    body.sendKeys(edited);
    page.press("Show what changes");
    page.awaitText("What changes");
    assertThat(browser.all(By.cssSelector("del, ins")))
        .extracting(WebElement::getText)
        .containsExactly('"' + text + '"', '"' + by + '"');
    page.reason("edit", "as the customer says");
    page.press("Keep the copy and retry");
  }

  @Test
  void an_edit_is_kept_sent_and_posted() {
    long id = openedByAnOperator();
    sales.correctTheLedger();
    String sale = sale(id);

    edit("SO-1", "SO-2");
    page.awaitText("The edited copy was kept and sent.");

    awaitStatus(id, DeadLetterStatus.RESOLVED);
    assertThat(sales.journals(sale)).isOne();
    var opened = desk.open(id);
    assertThat(new String(opened.latestBody(), StandardCharsets.UTF_8)).contains("\"SO-2\"");
    assertThat(new String(opened.body(), StandardCharsets.UTF_8)).contains("\"SO-1\"");
    assertThat(
            hub
                .bean(Events.class)
                .find(
                    EventFilter.ALL.withMessageIds(List.of(opened.letter().messageId())),
                    0,
                    Long.MAX_VALUE,
                    9)
                .stream()
                .map(event -> new String(event.body(), StandardCharsets.UTF_8)))
        .as("replays use the edited copy")
        .satisfiesExactly(
            original -> assertThat(original).contains("\"SO-1\""),
            revision -> assertThat(revision).contains("\"SO-2\""));
    browser.open("/desk/dead-letters/" + id);
    assertThat(browser.text())
        .contains("Nothing: it is resolved.", "Edit by test-operator", "as the customer says")
        .contains("The ledger has this journal already");
  }

  @Test
  void a_redirect_goes_to_the_chosen_queue_and_is_not_followed() {
    queues.bind("finance.manual", "amq.fanout", "", Map.of());
    long id = openedByAnOperator();

    page.reason("redirect", "by hand");
    page.press("Redirect");
    page.awaitText("Sent to the other queue, which the hub does not follow.");

    assertThat(status(id)).isEqualTo(DeadLetterStatus.REDIRECTED);
    assertThat(browser.text()).contains("redirected since ").doesNotContain("Send it again");
    await().atMost(LONG).until(() -> queues.count("finance.manual") == 1);
    GetResponse sent = queues.drain("finance.manual").get(0);
    assertThat(new String(sent.getBody(), StandardCharsets.UTF_8)).contains(sale(id));
    assertThat(sales.journals(sale(id))).isZero();
  }

  @Test
  void a_discard_is_taken_back() {
    long id = openedByAnOperator();

    page.reason("discard", "only a test");
    page.press("Discard");
    page.awaitText("Discarded. It can be taken back for a while.");
    assertThat(status(id)).isEqualTo(DeadLetterStatus.DISCARDED);
    assertThat(browser.text()).contains("discarded since ", ", can be taken back until ");
    page.reason("undo", "needed after all");
    page.press("Undo the discard");
    page.awaitText("Taken back: it is open again.");

    assertThat(status(id)).isEqualTo(DeadLetterStatus.OPEN);
    assertThat(browser.text())
        .contains("open since ", "Send it again", "only a test", "needed after all");
  }

  @Test
  void a_retry_that_does_not_end_is_opened_again() {
    long id = openedByAnOperator();
    // As if the consumer's queue was not there: what is sent again waits in the hub.
    queues.unbind("finance.journal", "hub.return", "finance.journal");
    try {
      page.reason("retry", "it is time");
      page.press("Retry");
      page.awaitText("The message was sent again.");
      assertThat(waiting(id)).isOne();
      page.reason("reopen", "it does not end");
      page.press("Open it again");
      page.awaitText("The retry was taken back: it is open again.");

      assertThat(waiting(id)).as("taken out of the line").isZero();
    } finally {
      queues.rebind("finance.journal", "hub.return", "finance.journal");
    }
    assertThat(status(id)).isEqualTo(DeadLetterStatus.OPEN);
    assertThat(browser.text()).contains("open since ", "reopen dead letter", "it does not end");
    assertThat(sales.journals(sale(id))).isZero();
  }

  private static long waiting(long id) {
    String mark = "dead-letter:" + id;
    return hub.bean(Resends.class).waiting(List.of(mark)).getOrDefault(mark, 0L);
  }

  @Test
  void an_edited_amount_that_the_second_person_rejects_is_not_sent() {
    long id = openedByAnOperator();
    edit("USD", "EUR");
    page.awaitText("A second person has to agree first. It waits among the approvals.");
    assertThat(status(id)).isEqualTo(DeadLetterStatus.WAITING_APPROVAL);
    browser.open("/desk/approvals");
    assertThat(browser.text()).contains("you need the role approver");
    assertThat(browser.all(By.xpath("//main//button"))).isEmpty();

    page.signIn(AccessRole.APPROVER);
    browser.open("/desk/approvals");
    assertThat(browser.text()).contains("Edited dead letter " + id, "as the customer says");
    browser.one(By.cssSelector("input[name=why]")).sendKeys("no contract says so");
    page.press("Reject");
    page.awaitText("Rejected: it does not go on.");

    assertThat(browser.text()).contains("Nothing waits for a second person.");
    assertThat(status(id)).isEqualTo(DeadLetterStatus.OPEN);
    assertThat(waiting(id)).isZero();
    assertThat(sales.journals(sale(id))).isZero();
    browser.open("/desk/dead-letters/" + id);
    assertThat(browser.one(By.cssSelector("pre[aria-label='Body, indented']")).getText())
        .as("what a retry would send")
        .contains("\"USD\"");
  }

  @Test
  void nobody_approves_what_he_asked_for_himself() throws Exception {
    long id = sales.deadLetters(1).get(0);
    page.signIn(AccessRole.APPROVER);
    browser.open("/desk/dead-letters/" + id);
    edit("USD", "EUR");
    page.awaitText("A second person has to agree first.");

    browser.open("/desk/approvals");
    assertThat(browser.text()).contains("You asked for it yourself");
    assertThat(browser.all(By.xpath("//main//button")))
        .extracting(WebElement::getText)
        .containsExactly("Reject");
    DeskVisitor himself = new DeskVisitor(hub, AccessRole.APPROVER);
    String approve = browser.one(By.cssSelector("form[action$=approve]")).getDomAttribute("action");
    HttpResponse<String> refused =
        himself.post(approve, himself.token("/desk/approvals"), "why", "I know that it is right");

    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("DLQ-020", "You asked for it yourself");
    assertThat(status(id)).isEqualTo(DeadLetterStatus.WAITING_APPROVAL);
    assertThat(waiting(id)).isZero();
    browser.one(By.cssSelector("input[name=why]")).sendKeys("a mistake");
    page.press("Reject");
    page.awaitText("Rejected: it does not go on.");
  }

  @Test
  void only_the_ticked_ones_are_retried() {
    List<Long> ids = sales.deadLetters(5);
    sales.correctTheLedger();
    List<Long> ticked = ids.subList(1, 4);
    openTheGroupOf(ids.get(0));

    ticked.forEach(id -> browser.click(By.cssSelector("input[name=id][value='" + id + "']")));
    page.reason("group", "these three first");
    page.press("Plan a retry of the ticked");
    page.awaitText("Planned; nothing was sent yet.");
    assertThat(page.figure("Messages")).isEqualTo("3");
    assertThat(page.figure("Value in USD")).isEqualTo("28.5000");
    assertThat(ids).allSatisfy(id -> assertThat(status(id)).isEqualTo(DeadLetterStatus.OPEN));
    page.reason("start", "the sums are right");
    page.press("Start");
    page.awaitState("done");

    assertThat(page.figure("Resolved")).isEqualTo("3");
    assertThat(ticked)
        .allSatisfy(
            id -> {
              assertThat(status(id)).isEqualTo(DeadLetterStatus.RESOLVED);
              assertThat(sales.journals(sale(id))).isOne();
            });
    assertThat(List.of(ids.get(0), ids.get(4)))
        .allSatisfy(
            id -> {
              assertThat(status(id)).isEqualTo(DeadLetterStatus.OPEN);
              assertThat(sales.journals(sale(id))).isZero();
            });
  }

  private static void openTheGroupOf(long id) {
    page.signIn(AccessRole.OPERATOR);
    browser.open("/desk/dead-letters/" + id);
    browser.click(By.linkText("its group"));
    page.awaitPath("/desk/dead-letters/group");
  }

  @Test
  void a_bulk_retry_that_is_stopped_sends_no_more() {
    List<Long> ids = sales.deadLetters(45);
    sales.correctTheLedger();
    openTheGroupOf(ids.get(0));
    // Others of the group, which another test left, may be among them.
    page.reason("group", "all of them");
    browser.click(By.cssSelector("button[value=all]"));
    page.awaitText("Planned; nothing was sent yet.");
    page.reason("start", "the sums are right");
    page.press("Start");
    page.awaitText("This page loads itself again every two seconds");
    browser.until("the first", () -> !page.figure("Resolved").equals("0"));

    browser.click(By.partialLinkText("Stop it"));
    page.awaitText("this page stands still so that you can write");
    page.reason("stop", "accounting wants to look first");
    page.press("Stop");
    page.awaitText("Stopped. What was sent goes its way.");

    long bulk = Long.parseLong(browser.path().replaceFirst(".*/", ""));
    BulkRetries bulks = hub.bean(BulkRetries.class);
    BulkRetry stopped = bulks.one(bulk);
    assertThat(stopped.status()).isEqualTo(BulkRetry.Status.STOPPED);
    assertThat(stopped.resolved()).isPositive();
    assertThat(stopped.waiting()).isPositive();
    assertThat(page.state()).isEqualTo("stopped");
    assertThat(browser.text()).contains("stopped by test-operator");
    assertThat(page.figure("Waiting")).isEqualTo(Long.toString(stopped.waiting()));
    long open = count(ids, DeadLetterStatus.OPEN);
    // At three a second something would go within this one.
    await()
        .during(Duration.ofSeconds(1))
        .atMost(LONG)
        .until(
            () ->
                bulks.one(bulk).waiting() == stopped.waiting()
                    && count(ids, DeadLetterStatus.OPEN) == open);
    await().atMost(LONG).until(() -> count(ids, DeadLetterStatus.RETRYING) == 0);
    assertThat(ids.stream().filter(id -> sales.journals(sale(id)) == 1).count())
        .isEqualTo(count(ids, DeadLetterStatus.RESOLVED));
  }

  private static long count(List<Long> ids, DeadLetterStatus status) {
    return ids.stream().filter(id -> status(id) == status).count();
  }

  @Test
  void a_replay_is_paused_resumed_and_cancelled() {
    List<String> posted = sales.posted(40);
    page.signIn(AccessRole.OPERATOR);
    browser.open("/desk/replays/new");
    browser.one(By.id("aggregates")).sendKeys(String.join(", ", posted));
    browser.one(By.id("rate")).sendKeys("1");
    page.press("Show what it would do");
    page.awaitText("What it would do");
    assertThat(page.figure("exists")).isEqualTo("40");
    page.reason("replay", "to be sure");
    page.press("Start the replay");
    page.awaitText("The replay is planned and starts at its time.");
    long id = Long.parseLong(browser.path().replaceFirst(".*/", ""));
    awaitReplay(id, replay -> replay.status() == Replay.Status.RUNNING);

    browser.open("/desk/replays/" + id + "?hold=true");
    page.reason("replay", "wait a moment");
    page.press("Pause");
    page.awaitText("Paused.");
    long put = replay(id).progress().put();
    assertThat(replay(id).status()).isEqualTo(Replay.Status.PAUSED);
    assertThat(page.state()).isEqualTo("paused");
    await()
        .during(Duration.ofSeconds(2))
        .atMost(LONG)
        .until(() -> replay(id).progress().put() == put);
    page.reason("replay", "go on");
    page.press("Resume");
    page.awaitText("Resumed.");
    awaitReplay(id, replay -> replay.progress().put() > put);
    browser.click(By.partialLinkText("Pause or cancel it"));
    page.reason("replay", "enough");
    page.press("Cancel the replay");
    page.awaitText("Cancelled. What was sent goes its way.");

    Replay cancelled = replay(id);
    assertThat(cancelled.status()).isEqualTo(Replay.Status.CANCELLED);
    assertThat(cancelled.progress().put()).isLessThan(40);
    assertThat(page.state()).isEqualTo("cancelled");
    assertThat(browser.all(By.xpath("//main//button"))).isEmpty();
    assertThat(posted).allSatisfy(sale -> assertThat(sales.journals(sale)).isOne());
  }

  private static Replay replay(long id) {
    return hub.bean(Replays.class).one(id);
  }

  private static void awaitReplay(long id, Predicate<Replay> condition) {
    await().atMost(LONG).until(() -> condition.test(replay(id)));
  }

  @Test
  void a_schedule_is_made_paused_and_deleted() {
    page.signIn(AccessRole.OPERATOR);
    browser.open("/desk/replays/new");
    browser.one(By.id("cron")).sendKeys("0 30 2 * * ?");
    browser.one(By.id("zone")).sendKeys("Europe/Berlin");
    browser.one(By.id("last")).sendKeys("P1D");
    browser.click(By.id("without"));
    page.press("Show what it would do");
    page.awaitText("Next runs:");
    browser.one(By.id("schedule")).sendKeys("nightly");
    page.reason("replay", "catch what was missed");
    page.press("Make the schedule");
    page.awaitText("The schedule was made.");

    ReplaySchedules schedules = hub.bean(ReplaySchedules.class);
    assertThat(browser.text())
        .contains("nightly", "0 30 2 * * ? in Europe/Berlin, to finance.journal, by test-operator");
    assertThat(schedules.one("nightly").selection().withoutJournal()).isTrue();
    assertThat(schedules.one("nightly").selection().last()).isEqualTo(Duration.ofDays(1));
    assertThat(hub.bean(Schedules.class).nextTick("replay", "nightly")).isPresent();
    page.reason("nightly", "the books are being closed");
    page.press("Pause");
    page.awaitText("Paused.");
    assertThat(browser.text()).contains("nightly (paused)").doesNotContain("Next:");
    assertThat(schedules.one("nightly").paused()).isTrue();
    page.reason("nightly", "nobody needs it");
    page.press("Delete");
    page.awaitText("The schedule was deleted; its runs stay listed.");

    assertThat(browser.text()).contains("None. A new replay with a cron expression makes one.");
    assertThat(schedules.list()).isEmpty();
    assertThat(hub.bean(Schedules.class).nextTick("replay", "nightly")).isEmpty();
  }

  @Test
  void what_a_reconciliation_misses_is_replayed() {
    Instant from = Instant.now();
    String missed = sales.missed();
    long id =
        hub.bean(ReconcileLedger.class)
            .start(from, Instant.now(), new io.tallyline.replay.By("anna", "check"));
    page.signIn(AccessRole.OPERATOR);
    browser.open("/desk/reconciliations/" + id);
    page.awaitText("1 event is missing");
    assertThat(page.state()).startsWith("1 difference, ");
    assertThat(browser.text()).contains("event missing", missed);
    assertThat(sales.journals(missed)).isZero();

    page.reason("missing", "a binding was lost");
    page.press("Replay the missing ones");
    page.awaitPath("/desk/replays/\\d+");
    page.awaitState("done");

    assertThat(page.figure("Sent")).isEqualTo("1");
    await().atMost(LONG).until(() -> sales.journals(missed) == 1);
  }

  @Test
  void a_broken_chain_of_the_audit_is_shown_with_its_places() throws Exception {
    long id = sales.deadLetters(1).get(0);
    desk.discard(id, "anna", "only a test");
    long entry = desk.open(id).actions().get(0).number();
    page.signIn(AccessRole.VIEWER);
    browser.open("/desk/audit");

    TamperedAudit.swap(STORE, entry, "anna", "mallory");
    try {
      page.press("Verify the chain");
      page.awaitText("The chain is broken in 1 place.");
      assertThat(browser.one(By.cssSelector("strong.state.bad")).isDisplayed()).isTrue();
      assertThat(browser.text())
          .contains("Entry " + entry + " does not fit its hash: it was changed")
          .doesNotContain("The chain is whole");
    } finally {
      TamperedAudit.swap(STORE, entry, "anna", "mallory");
    }
    page.press("Verify the chain");
    page.awaitText("The chain is whole: ");
  }

  @Test
  void a_dead_letter_is_retried_without_a_mouse() {
    long id = sales.deadLetters(1).get(0);
    sales.correctTheLedger();
    browser.signOut();
    browser.open("/login");
    browser.until("the first field", () -> "username".equals(focusedId()));

    browser.keys(TestUsers.user(AccessRole.OPERATOR), Keys.TAB);
    browser.keys(TestUsers.password(AccessRole.OPERATOR), Keys.ENTER);
    page.awaitPath("/desk");
    tabTo("Skip to the content");
    tabTo("Dead letters");
    browser.keys(Keys.ENTER);
    page.awaitPath("/desk/dead-letters");
    tabTo(Long.toString(id));
    browser.keys(Keys.ENTER);
    page.awaitPath("/desk/dead-letters/" + id);
    tab("the reason", element -> "why-retry".equals(element.getDomAttribute("id")));
    browser.keys("the ledger takes it now");
    tabTo("Retry");
    browser.keys(Keys.ENTER);
    page.awaitText("The message was sent again. This page shows what becomes of it.");

    awaitStatus(id, DeadLetterStatus.RESOLVED);
    assertThat(sales.journals(sale(id))).isOne();
    assertThat(desk.open(id).actions())
        .singleElement()
        .satisfies(action -> assertThat(action.reason()).isEqualTo("the ledger takes it now"));
  }

  private static String focusedId() {
    return browser.focused().getDomAttribute("id");
  }

  private static void tabTo(String text) {
    tab(text, element -> element.getText().equals(text));
  }

  /** As far as such an element; wherever the focus stops on the way, it is seen. */
  private static void tab(String what, Predicate<WebElement> wanted) {
    for (int tabs = 0; tabs < MOST_TABS; tabs++) {
      browser.keys(Keys.TAB);
      WebElement focused = browser.focused();
      assertThat(focused.getCssValue("outline-style"))
          .as("ring of %s", focused.getDomProperty("outerHTML"))
          .isNotEqualTo("none");
      if (wanted.test(focused)) {
        return;
      }
    }
    throw new AssertionError("no way by keyboard to " + what);
  }
}
