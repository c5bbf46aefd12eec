package io.tallyline.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.testing.CopiedTree;
import io.tallyline.workbench.ComparedSchema.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckContractsTest {
  private static final String PURCHASE =
      "inventory/purchase-transaction-created/v1/message.schema.json";
  private static final String SALE = "inventory/sales-transaction-created/v1/message.schema.json";
  private static final String SALE_EVENT = "inventory/sales-transaction-created/event.schema.json";

  @TempDir Path folder;

  /** The gate itself: this is what makes ./hub test fail when a contract is broken. */
  @Test
  void the_project_keeps_what_it_has_released() {
    ContractsReport report = CheckContracts.in(Path.of("mappings")).compare();

    assertThat(report.schemas()).hasSizeGreaterThanOrEqualTo(10);
    assertThat(report.findings()).as("changes that break somebody").isEmpty();
  }

  @Test
  void names_place_rules_sides_and_the_way_out_of_a_change() throws IOException {
    Path mappings = edited(SALE, "\"salesOrderNumber\": {", "\"orderNumber\": {");

    Finding finding = onlyFinding(mappings);

    assertThat(finding.code()).isEqualTo("WRK-201");
    assertThat(finding.file()).isEqualTo("mappings/" + SALE);
    assertThat(finding.line()).isEqualTo(lineOf(mappings.resolve(SALE), "\"orderNumber\""));
    assertThat(finding.what())
        .contains("inventory.sales-transaction-created.v1 at $.orderNumber")
        .contains("released with 'optional property 'salesOrderNumber''")
        .contains("now 'optional property 'orderNumber''")
        .contains("breaks producers, consumers, content hash")
        .contains("looks like 'salesOrderNumber' renamed to 'orderNumber'");
    assertThat(finding.fix()).contains("mappings/inventory/sales-transaction-created/v3/");
  }

  @Test
  void finds_a_change_of_a_shared_type_in_every_schema_that_refers_to_it() throws IOException {
    Path mappings = edited("types.schema.json", "\"maxLength\": 128", "\"maxLength\": 64");

    List<Finding> findings = CheckContracts.in(mappings).compare().findings();

    assertThat(findings).extracting(Finding::code).containsOnly("WRK-201");
    assertThat(findings)
        .extracting(Finding::file)
        .contains("mappings/" + SALE, "mappings/" + SALE_EVENT)
        .doesNotContain("mappings/types.schema.json");
    assertThat(findings)
        .filteredOn(one -> one.what().contains(".v1 at $.lineItems[*].itemNumber:"))
        .allSatisfy(
            one -> {
              assertThat(one.what()).contains("the rule stands at mappings/types.schema.json:");
              assertThat(one.line())
                  .isEqualTo(lineOf(Path.of("").resolve(one.file()), "\"itemNumber\": {"));
            })
        .isNotEmpty();
  }

  @Test
  void a_domain_event_may_accept_more_but_not_less() throws IOException {
    Path looser = edited(SALE_EVENT, "\"maxItems\": 10000", "\"maxItems\": 20000");
    assertThat(CheckContracts.in(looser).compare().findings()).isEmpty();

    Files.writeString(
        looser.resolve(SALE_EVENT),
        Files.readString(looser.resolve(SALE_EVENT)).replace("20000", "5000"));
    assertThat(onlyFinding(looser).fix()).contains("Go on accepting").contains("new event type");
  }

  @Test
  void a_new_version_is_no_finding_and_the_way_out_is_a_version_not_yet_released()
      throws IOException {
    Path mappings = edited(PURCHASE, "\"maxItems\": 10000", "\"maxItems\": 20000");
    Path second = mappings.resolve(PURCHASE.replace("v1", "v2"));
    Files.createDirectories(second.getParent());
    Files.copy(Path.of("mappings").resolve(PURCHASE), second);
    Path third = mappings.resolve("released").resolve(PURCHASE.replace("v1", "v3"));
    Files.createDirectories(third.getParent());
    Files.copy(mappings.resolve("released").resolve(PURCHASE), third);

    ContractsReport report = CheckContracts.in(mappings).compare();

    assertThat(standing(report, "inventory.purchase-transaction-created.v2"))
        .isEqualTo(Standing.NEW);
    assertThat(report.findings()).extracting(Finding::code).containsOnly("WRK-201", "WRK-204");
    assertThat(report.findings().toString()).contains("purchase-transaction-created/v2/");
  }

  @Test
  void a_released_schema_without_its_file_is_a_finding() throws IOException {
    Path mappings = CopiedTree.of("mappings", folder);
    Files.delete(mappings.resolve(SALE));

    Finding finding = onlyFinding(mappings);

    assertThat(finding.code()).isEqualTo("WRK-204");
    assertThat(finding.file()).isEqualTo("mappings/released/" + SALE);
  }

  @Test
  void releases_what_is_compatible_and_new_without_references() throws IOException {
    Path mappings =
        edited(
            SALE,
            "\"customerId\": {",
            "\"channel\": {\"$ref\": \"../../../types.schema.json#/$defs/text\"},\n\"customerId\": {");
    CheckContracts gate = CheckContracts.in(mappings);
    ContractsReport report = gate.compare();
    assertThat(report.findings()).isEmpty();
    assertThat(standing(report, "inventory.sales-transaction-created.v1"))
        .isEqualTo(Standing.COMPATIBLE);

    assertThat(gate.release(report)).contains("released/" + SALE);

    assertThat(Files.readString(mappings.resolve("released").resolve(SALE)))
        .contains("\"channel\": {")
        .doesNotContain("$ref");
    assertThat(CheckContracts.in(mappings).compare().schemas())
        .extracting(ComparedSchema::standing)
        .containsOnly(Standing.AS_RELEASED);
  }

  @Test
  void releases_nothing_while_a_change_is_refused() throws IOException {
    Path mappings = edited(SALE, "\"maxItems\": 10000", "\"maxItems\": 20000");
    CheckContracts gate = CheckContracts.in(mappings);
    ContractsReport report = gate.compare();

    assertThatThrownBy(() -> gate.release(report)).isInstanceOf(IllegalArgumentException.class);
  }

  private Path edited(String file, String from, String to) throws IOException {
    Path mappings = CopiedTree.of("mappings", folder);
    String text = Files.readString(mappings.resolve(file));
    assertThat(text).contains(from);
    Files.writeString(mappings.resolve(file), text.replace(from, to));
    return mappings;
  }

  private static Finding onlyFinding(Path mappings) {
    List<Finding> findings = CheckContracts.in(mappings).compare().findings();
    assertThat(findings).hasSize(1);
    return findings.get(0);
  }

  private static Standing standing(ContractsReport report, String name) {
    return report.schemas().stream()
        .filter(one -> one.schema().name().equals(name))
        .findFirst()
        .orElseThrow()
        .standing();
  }

  private static int lineOf(Path file, String text) throws IOException {
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(text)) {
        return i + 1;
      }
    }
    throw new IllegalArgumentException(text);
  }
}
