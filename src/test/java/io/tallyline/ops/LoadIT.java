package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@code ./hub load}: all of a file or nothing of it, and the ledger that must come of it. */
class LoadIT {
  private final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  private final Outbox outbox = new Outbox(inventory.ownerDataSource());

  @TempDir Path folder;

  private HubProcess load(Path file) {
    return HubProcess.run(
        Stream.concat(
                Stream.of("load", file.toString()),
                Stream.of(new TestHub.Settings().database(inventory).arguments()))
            .toArray(String[]::new));
  }

  private static String row(String payload) {
    return "{\"aggregate_type\":\"InventoryTransaction\",\"aggregate_id\":\"a\",\"event_type\":\"T\",\"payload\":"
        + payload
        + "}";
  }

  @Test
  void loads_rows_with_numbers_and_texts_as_written() throws Exception {
    Path file = folder.resolve("rows.ndjson.gz");
    UUID id = UUID.randomUUID();
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          (row("{\"amount\": 1431.500000, \"big\": 12345678901234567890.123456}")
                  + "\n\n"
                  + "{\"event_id\":\"%s\",\"aggregate_type\":\"T\",\"aggregate_id\":\"b\\tc\\\\d\",\"event_type\":\"T\",\"correlation_id\":null,\"occurred_at\":\"2024-10-01T09:30:05.25+02:00\",\"payload\":{\"text\":\"tab\\t back\\\\slash \\u00e9\"}}\r\n"
                      .formatted(id))
              .getBytes(StandardCharsets.UTF_8));
    }

    try (HubProcess load = load(file)) {
      assertThat(load.exit(60)).as(load.output()).isZero();
      assertThat(load.output()).contains("2 rows loaded");
    }

    JdbcClient client = JdbcClient.create(inventory.ownerDataSource());
    assertThat(
            client
                .sql("SELECT payload::text FROM inventory.outbox_event ORDER BY seq")
                .query(String.class)
                .list())
        .containsExactly(
            "{\"big\": 12345678901234567890.123456, \"amount\": 1431.500000}",
            "{\"text\": \"tab\\t back\\\\slash é\"}");
    assertThat(
            client
                .sql(
                    "SELECT aggregate_id || '|' || (occurred_at = '2024-10-01T07:30:05.25Z') FROM inventory.outbox_event WHERE event_id = ?")
                .param(id)
                .query(String.class)
                .single())
        .isEqualTo("b\tc\\d|true");
  }

  @Test
  void loads_nothing_of_a_file_with_a_bad_line_and_names_it() throws Exception {
    Path file = folder.resolve("rows.ndjson");
    Files.writeString(
        file,
        String.join(
            "\n",
            row("{}"),
            row("{\"a\": 1, \"a\": 2}"),
            "not json",
            row("[1]"),
            row("{}").replace("aggregate_id", "aggregate"),
            "{\"payload\": {}}",
            row("{}")));

    try (HubProcess load = load(file)) {
      assertThat(load.exit(60)).isEqualTo(2);
      assertThat(load.output())
          .contains("line 2 ")
          .contains("line 3 is not JSON")
          .contains("line 4 has a payload that is no object")
          .contains("line 5 has the key 'aggregate'")
          .contains("line 6 has no ")
          .contains("Nothing of")
          .doesNotContain("line 7");
    }
    assertThat(outbox.rows()).isZero();
  }

  @Test
  void names_the_line_that_the_database_itself_refuses() throws Exception {
    Path file = folder.resolve("rows.ndjson");
    String id = "\"event_id\":\"%s\",".formatted(UUID.randomUUID());
    Files.writeString(
        file,
        row("{}")
            + "\n\n"
            + row("{}").replaceFirst("[{]", "{" + id)
            + "\n"
            + row("{}").replaceFirst("[{]", "{" + id)
            + "\n");

    try (HubProcess load = load(file)) {
      assertThat(load.exit(60)).isEqualTo(2);
      assertThat(load.output()).contains("line 4").contains("Nothing of the file was loaded");
    }
    assertThat(outbox.rows()).isZero();
  }

  /** Real transactions, and the ledger that a separate program computed for them. */
  @ParameterizedTest
  @ValueSource(strings = {"northwind", "adventureworks"})
  void yields_exactly_the_expected_ledger_and_changes_nothing_the_second_time(String name)
      throws IOException {
    Path data = Path.of("../shared/data");
    Path file = data.resolve(name + ".outbox.ndjson.gz");
    Assumptions.assumeTrue(Files.exists(file), file + " is not here");
    JsonNode expected = new JsonMapper().readTree(data.resolve(name + ".expected.json").toFile());
    RabbitNode node = RabbitNode.shared();
    String virtualHost = node.newVirtualHost();
    PostgresServer.Database finance = PostgresServer.fresh("finance");

    try (TestHub hub =
        new TestHub.Settings()
            .roles("relay,finance")
            .database(inventory)
            .database(finance)
            .broker(node, virtualHost)
            .start()) {
      for (int time = 1; time <= 2; time++) {
        try (HubProcess load = load(file)) {
          assertThat(load.exit(60)).as(load.output()).isZero();
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> outbox.rows() == 0);
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> TestHub.journals(finance) == expected.get("journals").asLong());
        await().atMost(Duration.ofSeconds(60)).until(() -> unsettled(node, virtualHost) == 0);
        assertLedger(JdbcClient.create(finance.dataSource()), expected);
      }
    }
    try (Queues queues = new Queues(node, virtualHost)) {
      assertThat(queues.count("finance.journal.dead")).isZero();
      assertThat(queues.count("inventory.outbox.dead")).isZero();
    }
  }

  private static long unsettled(RabbitNode node, String virtualHost) {
    try (Queues queues = new Queues(node, virtualHost)) {
      return queues.count("finance.journal");
    }
  }

  private static void assertLedger(JdbcClient ledger, JsonNode expected) {
    assertThat(
            ledger
                .sql("SELECT count(*) FROM finance.ledger_journal_line")
                .query(Long.class)
                .single())
        .isEqualTo(expected.get("journal_lines").asLong());
    Map<String, String> accounts = new TreeMap<>();
    expected
        .get("accounts")
        .properties()
        .forEach(
            account ->
                accounts.put(
                    account.getKey(),
                    account.getValue().get("debit").asText()
                        + " "
                        + account.getValue().get("credit").asText()));
    Map<String, String> posted = new TreeMap<>();
    ledger
        .sql(
            "SELECT l.account_code, sum(l.debit) || ' ' || sum(l.credit) FROM finance.ledger_journal_line l"
                + " JOIN finance.ledger_journal j ON j.id = l.journal_id WHERE j.currency = ? GROUP BY 1")
        .param(expected.get("currency").asText())
        .query((row, i) -> posted.put(row.getString(1), row.getString(2)))
        .list();
    assertThat(posted).isEqualTo(accounts);
  }
}
