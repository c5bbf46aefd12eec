package io.tallyline.ops.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import io.tallyline.ops.console.ConsoleBrowser;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.testing.CopiedTree;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** A bad morning on RabbitMQ, spent at the desk in a browser. */
class DeskIT {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final int SALES = 1_000;
  private static final String POSTING = "finance/sales-transaction-created/v2/journal.jslt";

  @TempDir static Path folder;

  private static final PostgresServer.Database INVENTORY = PostgresServer.fresh("inventory");
  private static final PostgresServer.Database FINANCE = PostgresServer.fresh("finance");

  /** Pages that are wider than their window. */
  private static final List<String> TOO_WIDE = new ArrayList<>();

  private static TestHub hub;
  private static ConsoleBrowser browser;
  private static DeskBrowser page;
  private static Path posting;

  @BeforeAll
  static void start() throws IOException {
    Path mappings = CopiedTree.of("mappings", folder);
    posting = mappings.resolve(POSTING);
    replaceInPosting("\"4000\"", "\"4999\"");
    RabbitNode node = RabbitNode.shared();
    hub =
        new TestHub.Settings()
            .roles("relay,finance,store,ops")
            .database(INVENTORY)
            .database(FINANCE)
            .database(PostgresServer.fresh("store"))
            .broker(node, node.newVirtualHost())
            .with("hub.mappings-directory", mappings.toString())
            .with("hub.workbench.reload", "true")
            .with("hub.dead-letters.retry-per-second", "1000")
            .start();
    browser = new ConsoleBrowser(hub);
    page = new DeskBrowser(browser);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    hub.close();
  }

  private static void replaceInPosting(String account, String other) throws IOException {
    String text = Files.readString(posting);
    assertThat(text).contains(account);
    Files.writeString(posting, text.replace(account, other));
  }

  @Test
  void a_bad_morning_ends_with_books_that_agree() throws IOException {
    new Outbox(INVENTORY.ownerDataSource()).recordSales(SALES, "10.50", "7.25");
    DeadLetterDesk desk = hub.bean(DeadLetterDesk.class);
    await()
        .atMost(LONG)
        .until(
            () ->
                desk.groups(DeadLetterFilter.OPEN, 10).stream()
                    .anyMatch(group -> group.letters() == SALES));

    page.signIn(AccessRole.OPERATOR);
    picture("home");
    browser.dark(true);
    picture("home-dark");
    browser.dark(false);
    browser.click(By.partialLinkText("unknown account"));
    lookAtTheGroup();
    String group = browser.url();
    lookAtOneLetter();

    replaceInPosting("\"4999\"", "\"4000\"");
    until(group, () -> page.figure("Would post").equals("1,000"));
    assertThat(page.figure("Value in USD")).isEqualTo("17750.0000");
    picture("group-corrected");
    String bulk = retryAll();
    approve(bulk);

    assertThat(TestHub.journals(FINANCE)).isEqualTo(SALES);
    replayWritesNothing();
    reconcile();
    lookAtTheRest();
    audit();
    assertThat(TOO_WIDE).isEmpty();
  }

  private static void lookAtTheGroup() {
    browser.one(By.tagName("h1"));
    assertThat(page.figure("Messages")).isEqualTo("1,000");
    assertThat(page.figure("Would fail again")).isEqualTo("1,000");
    assertThat(browser.text())
        .contains("4999", "10500.0000", "7250.0000")
        .contains("an account below is not in the ledger");
    picture("group");
  }

  private static void lookAtOneLetter() {
    browser.click(By.cssSelector("td + th a"));
    page.awaitPath("/desk/dead-letters/\\d+");
    assertThat(browser.text()).contains("the ledger has no account 4999");
    picture("dead-letter");
    browser.dark(true);
    picture("dead-letter-dark");
    browser.dark(false);
    browser.click(By.linkText("Edit it, then retry"));
    WebElement body = browser.one(By.id("body"));
    String text = body.getDomProperty("value");
    body.clear();
    body.sendKeys(text.replace("SO-1", "SO-2"));
    browser.click(By.cssSelector("button[value=preview]"));
    page.awaitText("/salesOrderNumber");
    picture("edit");
  }

  private static String retryAll() {
    page.reason("group", "account 4999 was a typo, the mapping is corrected");
    browser.click(By.cssSelector("button[value=all]"));
    page.awaitPath("/desk/bulk-retries/\\d+");
    assertThat(page.figure("Would post")).isEqualTo("1,000");
    picture("bulk-retry-plan");
    page.reason("start", "looked at the sums with accounting");
    browser.click(By.cssSelector("form[action$=start] button"));
    page.awaitText("A second person has to agree");
    return browser.path();
  }

  private static void approve(String bulk) {
    page.signIn(AccessRole.APPROVER);
    browser.open("/desk/approvals");
    assertThat(browser.text()).contains("test-operator");
    picture("approvals");
    browser.one(By.cssSelector("input[name=why]")).sendKeys("the sums are those of last night");
    page.press("Approve");
    page.awaitText("Approved: it goes on.");
    browser.open(bulk);
    picture("bulk-retry-running");
    page.awaitState("done");
    assertThat(page.figure("Resolved")).isEqualTo("1,000");
    assertThat(page.figure("Failed again")).isEqualTo("0");
    picture("bulk-retry");
  }

  private static void replayWritesNothing() {
    browser.open("/desk/replays/new");
    picture("replay-new");
    browser.one(By.id("names")).sendKeys("inventory.sales-transaction-created");
    browser.click(By.cssSelector("form[action$=dry-run] button"));
    page.awaitText("What it would do");
    assertThat(page.figure("exists")).isEqualTo("1,000");
    assertThat(page.figure("write")).isEqualTo("0");
    picture("replay-dry-run");
    page.reason("replay", "to be sure that nothing is written twice");
    page.press("Start the replay");
    page.awaitPath("/desk/replays/\\d+");
    picture("replay");
    page.awaitState("done");
    browser.open("/desk/replays");
    picture("replays");
    assertThat(TestHub.journals(FINANCE)).isEqualTo(SALES);
  }

  private static void reconcile() {
    browser.open("/desk/reconciliations");
    page.reason("run", "after the bulk retry");
    page.press("Run it");
    page.awaitState("Clean: events and journals agree in everything.");
    assertThat(page.figure("Events")).isEqualTo("1,000");
    assertThat(page.figure("Journals")).isEqualTo("1,000");
    picture("reconciliation");
    browser.dark(true);
    picture("reconciliation-dark");
    browser.dark(false);
    browser.open("/desk/reconciliations");
    picture("reconciliations");
  }

  private static void lookAtTheRest() {
    browser.open("/desk/dead-letters?status=RESOLVED");
    picture("dead-letters");
    browser.open("/desk/bulk-retries");
    picture("bulk-retries");
    browser.open("/desk/events");
    picture("events");
    browser.click(By.cssSelector("tbody th a"));
    page.awaitPath("/desk/events/\\d+");
    picture("event");
    browser.open("/desk/events?name=inventory.sales-transaction-created");
    browser.click(By.cssSelector("td.id a"));
    page.awaitPath("/desk/trace");
    assertThat(browser.text()).contains("posted", "4000");
    picture("trace");
    browser.open("/desk/trial-balance");
    assertThat(browser.text()).contains("10500.0000", "-7250.0000");
    picture("trial-balance");
  }

  private static void audit() {
    browser.open("/desk/audit");
    assertThat(browser.text())
        .contains(
            "plan bulk retry",
            "start bulk retry",
            "approved approval",
            "plan replay",
            "run reconciliation",
            "account 4999 was a typo, the mapping is corrected",
            "the sums are those of last night");
    page.press("Verify the chain");
    page.awaitText("The chain is whole: ");
    picture("audit");
  }

  private static void until(String url, Supplier<Boolean> condition) {
    browser.until(
        url,
        () -> {
          browser.openUrl(url);
          return condition.get();
        });
  }

  /** As it is, and as a telephone has it. */
  private static void picture(String name) {
    take(name);
    browser.narrow(400, 800);
    take(name + "-400");
    browser.wide();
  }

  /** Every page says where one is, and nothing on it is wider than the window. */
  private static void take(String name) {
    browser.picture("desk-" + name);
    assertThat(browser.all(By.tagName("h1"))).as(name).hasSize(1);
    if (browser.overflow() > 0) {
      TOO_WIDE.add(name + " by " + browser.overflow());
    }
  }
}
