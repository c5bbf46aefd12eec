package io.tallyline.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.StrictJson;
import io.tallyline.testing.CopiedTree;
import io.tallyline.testing.Edits;
import io.tallyline.testing.Outbox;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreviewTest {
  private static final String ID = "5b1f0d52-90a4-4b35-8f5e-6d3f1a2b3c4d";

  @TempDir Path folder;

  private final Path routes = Path.of("routes");
  private final Path mappings = Path.of("mappings");

  private static JsonNode sale(String tax) throws Rejected {
    return StrictJson.parse(
        Outbox.sale(ID, 2, "3", "10.5", "7.25")
            .replace("\"unitCost\":7.25", "\"unitCost\":7.25,\"taxAmount\":" + tax));
  }

  @Test
  void shows_the_message_and_the_journal_of_a_domain_event_by_itself() throws Exception {
    Preview preview = new Preview.Files(routes, mappings).of(sale("1"), null);

    assertThat(preview.eventType()).isEqualTo("SalesTransactionCreated");
    assertThat(preview.messages()).hasSize(1);
    assertThat(preview.messages().get(0).type())
        .hasToString("inventory.sales-transaction-created.v1");
    assertThat(preview.posted().readAs().version()).isEqualTo(2);
    assertThat(preview.posted().totalDebit()).isEqualByComparingTo("106.5");
    assertThat(preview.posted().totalCredit()).isEqualByComparingTo("106.5");
  }

  @Test
  void shows_every_version_that_is_published_and_posts_the_highest() throws Exception {
    Path edited = CopiedTree.of("routes", folder);
    Edits.replace(
        edited.resolve("inventory/relay-outbox.camel.yaml"),
        "inventory/sales-transaction-created/v1",
        "inventory/sales-transaction-created/v1,v2");

    Preview preview = new Preview.Files(edited, mappings).of(sale("1.5"), null);

    assertThat(preview.messages())
        .extracting(message -> message.type().version())
        .containsExactly(2, 1);
    assertThat(preview.posted().from().version()).isEqualTo(2);
    assertThat(preview.posted().journal().lines())
        .extracting(line -> line.account() + " " + line.debit().toPlainString())
        .startsWith("1100 66");
  }

  @Test
  void says_why_an_event_would_be_a_dead_letter() throws Exception {
    Preview.Files files = new Preview.Files(routes, mappings);
    JsonNode row =
        StrictJson.parse(
            "{\"event_type\":\"SalesTransactionCreated\",\"payload\":{\"id\":\"" + ID + "\"}}");

    Rejected rejected = catchThrowableOfType(Rejected.class, () -> files.of(row, null));

    assertThat(rejected.reason()).isEqualTo(Reason.SCHEMA);
    assertThat(rejected).hasMessageContaining("salesDetails");
  }

  @Test
  void asks_for_the_type_of_what_it_does_not_recognise() {
    Preview.Files files = new Preview.Files(routes, mappings);

    assertThatThrownBy(() -> files.of(StrictJson.parse("{\"a\":1}"), null))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("WRK-311")
        .hasMessageContaining("--type");
  }

  @Test
  void refuses_a_journal_that_does_not_balance() throws Exception {
    Path edited = CopiedTree.of("mappings", folder);
    Edits.replace(
        edited.resolve("finance/sales-transaction-created/v2/journal.jslt"),
        "\"credit\": .amounts.tax",
        "\"credit\": .amounts.cost");
    Preview.Files files = new Preview.Files(routes, edited);

    assertThatThrownBy(() -> files.of(sale("1"), null))
        .isInstanceOf(Rejected.class)
        .hasMessageContaining("does not balance");
  }
}
