package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.testing.CopiedTree;
import io.tallyline.testing.HubProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./hub check contracts} as a process of its own, without any server. */
class CheckContractsIT {
  private static final String SALE = "inventory/sales-transaction-created/v1/message.schema.json";

  @TempDir Path folder;

  private Path mappings = Path.of("");

  @BeforeEach
  void copy_mappings() {
    mappings = CopiedTree.of("mappings", folder);
  }

  private record Ran(int status, String output) {}

  private Ran check(String... options) {
    try (HubProcess check =
        HubProcess.run(
            Stream.concat(
                    Stream.of("check", "contracts", "--hub.mappings-directory=" + mappings),
                    Stream.of(options))
                .toArray(String[]::new))) {
      return new Ran(check.exit(60), check.output());
    }
  }

  private void edit(String from, String to) throws IOException {
    String text = Files.readString(mappings.resolve(SALE));
    assertThat(text).contains(from);
    Files.writeString(mappings.resolve(SALE), text.replace(from, to));
  }

  @Test
  void ends_with_zero_if_every_contract_is_kept() {
    Ran ran = check();

    assertThat(ran.status()).as(ran.output()).isZero();
    assertThat(ran.output())
        .containsPattern("inventory.sales-transaction-created.v1 +as released")
        .contains("Every released contract is kept.");
  }

  @Test
  void ends_with_one_and_says_where_and_what_to_do_if_one_is_broken() throws IOException {
    edit("\"maxItems\": 10000", "\"maxItems\": 9000");

    Ran ran = check("--release");

    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.output())
        .containsPattern("mappings/" + SALE + ":\\d+:\\d+ WRK-201 ")
        .contains("released with 'maxItems 10000', now 'maxItems 9000': breaks producers")
        .contains("mappings/inventory/sales-transaction-created/v3/")
        .contains("Nothing was released.");
  }

  @Test
  void prints_json_that_holds_everything() throws IOException {
    edit("\"maxItems\": 10000", "\"maxItems\": 9000");

    Ran ran = check("--json");

    JsonNode json = new JsonMapper().readTree(ran.output());
    assertThat(ran.status()).isEqualTo(1);
    assertThat(json.at("/findings/0/code").asText()).isEqualTo("WRK-201");
    assertThat(json.at("/findings/0/line").asInt()).isPositive();
    assertThat(json.at("/contracts")).hasSizeGreaterThanOrEqualTo(10);
  }

  @Test
  void releases_a_compatible_change() throws IOException {
    edit("\"customerId\": {", "\"channel\": {\"type\": \"string\"}, \"customerId\": {");

    assertThat(check("--release").status()).isZero();
    assertThat(Files.readString(mappings.resolve("released").resolve(SALE))).contains("channel");
  }

  @Test
  void says_which_stored_messages_would_fail() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("messages.ndjson"),
            "{\"routing_key\":\"inventory.sales-transaction-created.v1\",\"body\":{}}\n");

    Ran ran = check("--messages", file.toString());

    assertThat(ran.status()).as(ran.output()).isEqualTo(1);
    assertThat(ran.output())
        .contains("line 1 (inventory.sales-transaction-created.v1): MAP-022 ")
        .contains("1 of 1 stored messages would fail.");
  }

  @Test
  void ends_with_two_if_an_option_or_a_file_is_wrong() {
    assertThat(check("--messages", "nowhere.ndjson"))
        .satisfies(ran -> assertThat(ran.status()).isEqualTo(2))
        .satisfies(ran -> assertThat(ran.output()).contains("WRK-207"));
    assertThat(check("--routing-key", "a.b.v1").status()).isEqualTo(2);
    assertThat(check("--nonsense").status()).isEqualTo(2);
  }
}
