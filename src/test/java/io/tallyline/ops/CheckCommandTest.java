package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** What {@code ./hub check} prints, writes and exits with. */
class CheckCommandTest extends OnCopiedProject {
  private static final String CASES = "mappings/inventory/sales-transaction-created/v1/cases/";

  @Test
  void ends_with_0_if_nothing_is_found() {
    assertThat(run("check")).isZero();
    assertThat(out.toString()).isEqualTo("Nothing found.\n");
  }

  @Test
  void ends_with_1_and_says_where_what_and_how_to_fix_it() throws IOException {
    edit(
        "routes/inventory/relay-outbox.camel.yaml",
        "beanName: claimOutbox",
        "beanName: claimOutbx");

    assertThat(run("check")).isEqualTo(1);
    assertThat(out.toString())
        .contains("routes/inventory/relay-outbox.camel.yaml:36:")
        .contains("WRK-019 there is no bean 'claimOutbx'. Did you mean 'claimOutbox'.")
        .endsWith("1 finding.\n");
  }

  @Test
  void prints_an_array_alone_for_machines() throws IOException {
    edit("mappings/finance/accounts.json", "\"EXPENSE\"", "\"COST\"");

    assertThat(run("check", "--json")).isEqualTo(1);
    JsonNode findings = new JsonMapper().readTree(out.toString());
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).path("file").asText()).isEqualTo("mappings/finance/accounts.json");
    assertThat(findings.get(0).path("line").asInt()).isEqualTo(10);
    assertThat(findings.get(0).path("code").asText()).isEqualTo("WRK-061");
    assertThat(findings.get(0).path("kind").asText()).isEqualTo("finding");
  }

  @Test
  void shows_only_what_concerns_a_path() throws IOException {
    edit("mappings/finance/accounts.json", "\"EXPENSE\"", "\"COST\"");

    assertThat(run("check", home.resolve("routes").toString())).isZero();
    assertThat(run("check", home.resolve("mappings/finance").toString())).isEqualTo(1);
  }

  @Test
  void a_file_that_nothing_reads_is_a_note_and_no_finding() throws IOException {
    Files.writeString(home.resolve("mappings/inventory/notes.txt"), "later");

    assertThat(run("check")).isZero();
    assertThat(out.toString())
        .contains("note: mappings/inventory/notes.txt WRK-042")
        .endsWith("Nothing found, 1 note.\n");
  }

  @Test
  void writes_the_expectation_of_a_new_case_for_review() throws IOException {
    String out = Files.readString(home.resolve(CASES + "half-cents-round-up.out.json"));
    Files.copy(
        home.resolve(CASES + "half-cents-round-up.in.json"), home.resolve(CASES + "new.in.json"));
    Files.copy(home.resolve(CASES + "no-currency.in.json"), home.resolve(CASES + "bad.in.json"));

    assertThat(run("check", "--update")).isZero();
    assertThat(this.out.toString())
        .contains("wrote " + CASES + "new.out.json: review it")
        .contains("wrote " + CASES + "bad.error.txt: review it");
    assertThat(Files.readString(home.resolve(CASES + "new.out.json"))).isEqualTo(out);
    assertThat(Files.readString(home.resolve(CASES + "bad.error.txt"))).startsWith("schema ");
  }

  @Test
  void never_overwrites_an_expectation() throws IOException {
    edit(CASES + "half-cents-round-up.out.json", "733.4901", "733.49");
    String before = Files.readString(home.resolve(CASES + "half-cents-round-up.out.json"));

    assertThat(run("check", "--update")).isEqualTo(1);
    assertThat(Files.readString(home.resolve(CASES + "half-cents-round-up.out.json")))
        .isEqualTo(before);
  }

  @Test
  void ends_with_2_if_it_is_used_wrongly() {
    assertThat(run("check", "--wacth")).isEqualTo(2);
    assertThat(run("check", "--watch", "--json")).isEqualTo(2);
    assertThat(run("check", "pom.xml")).isEqualTo(2);
    assertThat(err.toString()).contains("OPS-071").contains("OPS-072");
  }
}
