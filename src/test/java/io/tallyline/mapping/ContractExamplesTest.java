package io.tallyline.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Names;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract's own examples, if its pages lie beside this project. */
class ContractExamplesTest {
  private static final Path EXAMPLES = Path.of("../shared/design/examples");
  private static final Mappings MAPPINGS = Mappings.open(Path.of("mappings"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "purchase-transaction-created",
        "sales-transaction-created",
        "sales-transaction-created.v2",
        "assembly-transaction-created",
        "adjustment-transaction-created"
      })
  void map_as_the_contract_shows(String name) throws Exception {
    Path file = EXAMPLES.resolve(name + ".json");
    Assumptions.assumeTrue(Files.exists(file), file + " is not here: skipped");
    JsonNode example = StrictJson.parse(Files.readString(file));
    JsonNode outbox = example.get("outbox");
    MessageType type = MessageType.ofRoutingKey(example.get("routing_key").asText());

    JsonNode message =
        StrictJson.parse(
            MAPPINGS
                .translation(type.folder())
                .translate(
                    outbox.get("payload"), Instant.parse(outbox.get("occurred_at").asText())),
            Names.LARGEST_BODY_BYTES);
    assertThat(Trees.byValue(message)).isEqualTo(Trees.byValue(example.get("message")));
    assertThat(message.fieldNames())
        .toIterable()
        .containsExactlyElementsOf(() -> example.get("message").fieldNames());

    PostingDraft draft =
        MAPPINGS
            .posting("finance/" + type.event() + "/v" + type.version() + "/journal.jslt")
            .apply(message);
    JsonNode journal = example.get("journal");
    assertThat(draft.reference()).isEqualTo(journal.get("external_ref").asText());
    assertThat(draft.currency()).isEqualTo(journal.get("currency").asText());
    assertThat(draft.date().atOffset(ZoneOffset.UTC).toLocalDate())
        .hasToString(journal.get("journal_date").asText());
    assertThat(draft.lines()).hasSize(journal.get("lines").size());
    for (int i = 0; i < draft.lines().size(); i++) {
      PostingDraft.Line line = draft.lines().get(i);
      JsonNode shown = journal.get("lines").get(i);
      assertThat(line.account()).isEqualTo(shown.get("account_code").asText());
      assertThat(line.debit()).isEqualByComparingTo(new BigDecimal(shown.get("debit").asText()));
      assertThat(line.credit()).isEqualByComparingTo(new BigDecimal(shown.get("credit").asText()));
    }
  }
}
