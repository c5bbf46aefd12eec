package io.tallyline.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.testing.BrokenEdits;
import io.tallyline.testing.CopiedTree;
import io.tallyline.testing.Edits;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.ScrapEvent;
import io.tallyline.testing.TestHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Files are edited while a hub runs on real servers. */
@ExtendWith(OutputCaptureExtension.class)
class LiveEditingIT {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String SALE_POSTING = "finance/sales-transaction-created/v2/journal.jslt";

  @TempDir Path folder;

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");
  private final Outbox outbox = new Outbox(inventory.ownerDataSource());
  private final JdbcClient ledger = JdbcClient.create(finance.dataSource());
  private Path routes;
  private Path mappings;
  private TestHub hub;

  @BeforeEach
  void start() {
    routes = CopiedTree.of("routes", folder);
    mappings = CopiedTree.of("mappings", folder);
    hub =
        new TestHub.Settings()
            .roles("relay,finance")
            .database(inventory)
            .database(finance)
            .broker(node, virtualHost)
            .with("hub.routes-directory", routes.toString())
            .with("hub.mappings-directory", mappings.toString())
            .with("hub.workbench.reload", "true")
            .start();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private Path route(String name) {
    return routes.resolve(name + ".camel.yaml");
  }

  private boolean runs(String route) {
    return hub.bean(CamelContext.class).getRoute(route) != null
        && hub.bean(CamelContext.class).getRouteController().getRouteStatus(route).isStarted();
  }

  private String description(String id) {
    return ledger
        .sql("SELECT description FROM finance.ledger_journal WHERE external_ref = ?")
        .param(id)
        .query(String.class)
        .optional()
        .orElse("");
  }

  /** Records sales until one is posted with this description; says how long that took. */
  private long untilDescribed(String text) {
    long started = System.nanoTime();
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              String id = outbox.recordSales(1, "10.5", "7.25").get(0);
              await()
                  .atMost(LONG)
                  .pollInterval(Duration.ofMillis(5))
                  .until(() -> !description(id).isEmpty());
              return description(id).startsWith(text);
            });
    return (System.nanoTime() - started) / 1_000_000;
  }

  private void posts() {
    String id = outbox.recordSales(1, "10.5", "7.25").get(0);
    await().atMost(LONG).until(() -> !description(id).isEmpty());
  }

  @Test
  void posts_a_new_event_type_within_seconds_of_saving_its_last_file(CapturedOutput output) {
    ScrapEvent.addToFinance(routes);
    ScrapEvent.addToRelay(routes);
    await().atMost(LONG).until(() -> output.getOut().contains("Not taken, what ran before"));
    posts();
    long lastSave = 0;
    for (Map.Entry<String, String> file : ScrapEvent.mappings().entrySet()) {
      Edits.save(mappings.resolve(file.getKey()), file.getValue());
      lastSave = System.nanoTime();
    }
    await().atMost(LONG).until(() -> output.getOut().contains("relay-outbox.camel.yaml is taken"));

    String id = UUID.randomUUID().toString();
    outbox.record(id, ScrapEvent.TYPE, ScrapEvent.event(id));

    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> description(id).equals("Scrap"));
    System.out.printf(
        "From the last save to the journal of the new event type: %d ms%n",
        (System.nanoTime() - lastSave) / 1_000_000);
  }

  @Test
  void takes_an_edit_keeps_what_runs_on_a_broken_one_and_recovers(CapturedOutput output) {
    Path posting = mappings.resolve(SALE_POSTING);
    Edits.replace(posting, "text(\"Sale \"", "text(\"Sold \"");
    System.out.printf("An edited mapping posts after %d ms%n", untilDescribed("Sold "));

    Edits.replace(posting, ".amounts.sales, .amounts.tax)", ".amounts.sales * 2)");
    await().atMost(LONG).until(() -> output.getOut().contains("Kept as it was: MAP-004"));
    assertThat(output.getOut()).contains(SALE_POSTING + ":8:");
    untilDescribed("Sold ");
    Path other = mappings.resolve("finance/purchase-transaction-created/v1/journal.jslt");
    Edits.replace(other, "\"Purchase \"", "\"Bought \"");
    await().atMost(LONG).until(() -> output.getOut().split("Kept as it was").length == 3);

    Edits.replace(posting, ".amounts.sales * 2)", ".amounts.sales, .amounts.tax)");
    Edits.replace(posting, "text(\"Sold \"", "text(\"Sale of \"");
    untilDescribed("Sale of ");
  }

  @Test
  void keeps_a_route_whose_file_is_broken_and_takes_it_when_it_is_right(CapturedOutput output) {
    Path file = route("finance/post-journals");
    Edits.replace(file, "beanName: postJournals", "beanName: postJournal");
    await().atMost(LONG).until(() -> output.getOut().contains("WRK-019"));
    posts();
    Edits.replace(file, "      steps:", "      stepps:");
    await().atMost(LONG).until(() -> output.getOut().contains("stepps"));
    posts();

    Edits.replace(file, "      stepps:", "      steps:");
    Edits.replace(file, "beanName: postJournal\n", "beanName: postJournals\n");
    Edits.replace(file, "Post one balanced journal", "Post exactly one balanced journal");

    await()
        .atMost(LONG)
        .until(
            () -> {
              // For a moment there is none, while the new one takes its place.
              Route running = hub.bean(CamelContext.class).getRoute("post-journals");
              return running != null && running.getDescription().startsWith("Post exactly one");
            });
    posts();
  }

  @Test
  void ends_the_route_of_a_deleted_file_and_starts_that_of_a_new_one(CapturedOutput output)
      throws Exception {
    Path file = route("inventory/watch-unrouted");
    String text = Files.readString(file);
    Files.delete(file);
    await().atMost(LONG).until(() -> !runs("watch-unrouted"));

    Path moved = routes.resolve("inventory/watching/watch-unrouted.camel.yaml");
    Edits.save(moved, text);
    await().atMost(LONG).until(() -> runs("watch-unrouted"));

    Path needed = route("inventory/relay-outbox");
    String relay = Files.readString(needed);
    Files.delete(needed);
    await().atMost(LONG).until(() -> output.getOut().contains("WRK-302"));
    posts();
    Edits.save(needed, relay.replace("a batch at a time", "batch by batch"));
    await().atMost(LONG).until(() -> output.getOut().contains("relay-outbox.camel.yaml is taken"));
    posts();
  }

  @Test
  void goes_on_posting_whatever_mistake_is_saved() throws Exception {
    Path marked = route("inventory/watch-unrouted");
    String text = Files.readString(marked);
    int number = 0;
    for (BrokenEdits.BrokenEdit mistake : BrokenEdits.all()) {
      byte[] before = mistake.make(folder);
      // Saved after the mistake, so once this is taken the mistake has been looked at too.
      String mark = "Looked at " + ++number;
      Edits.save(marked, text.replace("description: ", "description: " + mark + " "));
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> descriptionOf("watch-unrouted").startsWith(mark));

      posts();

      Files.write(folder.resolve(mistake.file()), before);
    }
    Edits.save(marked, text);
    await().atMost(LONG).until(() -> !descriptionOf("watch-unrouted").startsWith("Looked"));
    posts();
    assertThat(runs("post-journals") && runs("relay-outbox") && runs("poll-outbox")).isTrue();
  }

  private String descriptionOf(String route) {
    Route running = hub.bean(CamelContext.class).getRoute(route);
    return running == null ? "" : running.getDescription();
  }

  @Test
  void loses_and_repeats_nothing_while_routes_are_replaced_under_load() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int round = 0; round < 6; round++) {
      ids.addAll(outbox.recordSales(400, "10.5", "7.25"));
      for (String name : List.of("finance/post-journals", "inventory/relay-outbox")) {
        String text = Files.readString(route(name));
        Edits.save(route(name), text + "# round " + round + "\n");
      }
      int now = ids.size();
      await().atMost(LONG).until(() -> TestHub.journals(finance) >= now - 300);
    }

    await().atMost(LONG).until(() -> TestHub.journals(finance) == ids.size());
    assertThat(outbox.rows()).isZero();
    try (Queues queues = new Queues(node, virtualHost)) {
      assertThat(queues.count("finance.journal.dead")).isZero();
    }
  }
}
