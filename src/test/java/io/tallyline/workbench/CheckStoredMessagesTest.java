package io.tallyline.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.contracts.StartRefused;
import io.tallyline.testing.CopiedTree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckStoredMessagesTest {
  private static final String KEY = "inventory.sales-transaction-created.v1";
  private static final String SALES = "inventory/sales-transaction-created/v1/";
  private static final Path CASES = Path.of("mappings").resolve(SALES + "cases");

  @TempDir Path folder;

  private Path mappings = Path.of("");

  @BeforeEach
  void copy_mappings() {
    mappings = CopiedTree.of("mappings", folder);
  }

  @Test
  void accepts_messages_and_rows_that_fit() throws IOException {
    StoredMessagesReport report = check(null, message(body()), row(body("in")));

    assertThat(report.refusedInAll()).isZero();
    assertThat(report.checked())
        .containsEntry(KEY, 1L)
        .containsEntry("SalesTransactionCreated", 1L);
  }

  @Test
  void names_the_messages_that_a_tightened_schema_would_refuse() throws IOException {
    edit(SALES + "message.schema.json", "\"maxItems\": 10000", "\"maxItems\": 1");

    StoredMessagesReport report = check(null, message(body()), row(body("in")));

    assertThat(report.refusedInAll()).isEqualTo(2);
    assertThat(report.first().get(0).place()).isEqualTo("line 1");
    assertThat(report.first().get(0).error()).startsWith("MAP-022 ").contains("$.lineItems");
    assertThat(report.first().get(1).error()).startsWith("MAP-021 ");
  }

  @Test
  void holds_a_row_against_the_schema_of_its_domain_event() throws IOException {
    edit(
        "inventory/sales-transaction-created/event.schema.json",
        "\"maxItems\": 10000",
        "\"maxItems\": 1");

    assertThat(check(null, row(body("in"))).first().get(0).error()).startsWith("MAP-020 ");
  }

  @Test
  void shows_the_first_twenty_and_counts_the_rest() throws IOException {
    String[] lines = new String[31];
    java.util.Arrays.fill(lines, message("{}"));

    StoredMessagesReport report = check(null, lines);

    assertThat(report.first()).hasSize(20);
    assertThat(report.refusedInAll()).isEqualTo(31);
  }

  @Test
  void reports_a_message_that_would_count_as_other_content() throws IOException {
    edit(
        SALES + "message.schema.json",
        "\"itemNumber\": {",
        "\"batch\": {\"type\": \"string\"}, \"itemNumber\": {");
    String carries =
        body().replace("\"itemNumber\":\"HOSE-3M\"", "\"itemNumber\":\"H\",\"batch\":\"B\"");
    assertThat(carries).contains("batch");

    StoredMessagesReport report = check(null, message(body()), message(carries));

    assertThat(report.first()).hasSize(1);
    assertThat(report.first().get(0).place()).isEqualTo("line 2");
    assertThat(report.first().get(0).error()).startsWith("WRK-211 ").contains("batch");
  }

  @Test
  void reads_bodies_alone_of_one_routing_key_and_compressed_files() throws IOException {
    Path file = folder.resolve("messages.ndjson.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write((body() + "\r\n\n" + body() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    StoredMessagesReport report = check(MessagesFile.open(file, KEY));

    assertThat(report.checked()).containsEntry(KEY, 2L);
    assertThat(report.refusedInAll()).isZero();
  }

  @Test
  void a_key_or_type_that_nothing_knows_would_fail() throws IOException {
    StoredMessagesReport report =
        check(
            null,
            message(body()).replace(KEY, "inventory.sales-transaction-created.v9"),
            row(body("in")).replace("SalesTransactionCreated", "SalesTransactionVoided"));

    assertThat(report.first())
        .extracting(StoredMessagesReport.Refusal::error)
        .allMatch(error -> error.startsWith("WRK-210 "))
        .hasSize(2);
  }

  @Test
  void numbers_are_judged_as_they_are_written() throws IOException {
    String body = body().replace("\"unitCost\":61.0825", "\"unitCost\":61.08250000000000000000001");

    assertThat(check(null, message(body)).first().get(0).error()).contains("at most 6 decimals");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[]", "{", "{}", "{\"body\": {}}", "7", "{\"event_type\":\"T\"}", "{} {}"})
  void a_line_of_no_known_form_ends_the_check_with_its_number(String line) {
    assertThatThrownBy(() -> check(null, message("{}"), line))
        .isInstanceOf(StartRefused.class)
        .hasMessageStartingWith("WRK-208 ")
        .hasMessageContaining("line 2 ");
  }

  @Test
  void reads_several_versions_of_one_line_of_a_table() throws IOException {
    Path routes = Files.createDirectories(folder.resolve("routes"));
    Files.writeString(
        routes.resolve("relay.camel.yaml"),
        """
        - route:
            from:
              steps:
                - setProperty:
                    name: events
                    constant:
                      expression: |
                        ItemSold -> shop/item-sold/v1,v2
        """);

    assertThat(EventTables.in(routes).of("ItemSold"))
        .extracting(Object::toString)
        .containsExactly("shop.item-sold.v1", "shop.item-sold.v2");
  }

  private StoredMessagesReport check(String routingKey, String... lines) throws IOException {
    Path file = Files.write(folder.resolve("messages.ndjson"), List.of(lines));
    return check(MessagesFile.open(file, routingKey));
  }

  private StoredMessagesReport check(MessagesFile messages) throws IOException {
    ContractsReport report = CheckContracts.in(mappings).compare();
    try (messages) {
      return new CheckStoredMessages(mappings, EventTables.in(Path.of("routes")), report)
          .check(messages);
    }
  }

  private void edit(String file, String from, String to) throws IOException {
    String text = Files.readString(mappings.resolve(file));
    assertThat(text).contains(from);
    Files.writeString(mappings.resolve(file), text.replace(from, to));
  }

  private static String body() throws IOException {
    return body("out");
  }

  private static String body(String side) throws IOException {
    JsonNode file =
        new JsonMapper().readTree(CASES.resolve("half-cents-round-up." + side + ".json").toFile());
    return (file.has("payload") ? file.get("payload") : file).toString();
  }

  private static String message(String body) {
    return "{\"message_id\":7,\"routing_key\":\"" + KEY + "\",\"body\":" + body + "}";
  }

  private static String row(String payload) {
    return "{\"aggregate_type\":\"T\",\"aggregate_id\":\"a\",\"event_type\":\"SalesTransactionCreated\",\"payload\":"
        + payload
        + "}";
  }
}
