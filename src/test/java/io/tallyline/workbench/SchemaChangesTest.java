package io.tallyline.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Rejected;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.MessageContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gate's verdict on every change of the table, held against what really happens to messages of
 * both sides when the validator has the released schema and the current one.
 */
class SchemaChangesTest {
  private static final Path PAGE = Path.of("src/docs/schema-changes.md");
  private static final String WRITE = "tallyline.schema-changes.write";

  private static final List<SchemaCase> MESSAGES = SchemaCases.messages();
  private static final List<SchemaCase> EVENTS = SchemaCases.events();
  private static final Map<SchemaCase, Seen> SEEN = new HashMap<>();

  @TempDir static Path folder;

  static List<SchemaCase> cases() {
    return Stream.concat(MESSAGES.stream(), EVENTS.stream()).toList();
  }

  /** What messages show: how many of one side the other side's schema refuses. */
  private record Seen(
      int before, int refusedNow, int after, int refusedThen, boolean lostName, boolean rehashed) {}

  @ParameterizedTest
  @MethodSource("cases")
  void says_of_a_change_what_real_messages_show(SchemaCase change) throws Exception {
    Set<Breaks> said = verdict(change);
    Seen seen = seen(change);

    assertThat(said).isEqualTo(change.expected());
    if (said.contains(Breaks.UNKNOWN)) {
      assertThat(seen.refusedNow() + seen.refusedThen()).isPositive();
      return;
    }
    boolean renamed = changes(change).stream().anyMatch(one -> one.remark().contains("renamed"));
    assertThat(said.contains(Breaks.PRODUCER))
        .as("a message of before is refused, or its field dropped for one of another name")
        .isEqualTo(seen.refusedNow() > 0 || renamed && seen.lostName());
    if (change.base().kind() == SchemaKind.MESSAGE) {
      assertThat(said.contains(Breaks.CONSUMER))
          .as("a message of now is refused by the released schema")
          .isEqualTo(seen.refusedThen() > 0);
      assertThat(said.contains(Breaks.CONTENT_HASH))
          .as("a message that both accept has two hashes")
          .isEqualTo(seen.rehashed());
    }
  }

  @Test
  void the_page_of_schema_changes_is_what_the_gate_says() throws Exception {
    String page = page();
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE)).as("write it with -D" + WRITE + "=true").isEqualTo(page);
  }

  private static List<SchemaChange> changes(SchemaCase change) {
    return CompareSchemas.compare(
        change.releasedSchema(), change.currentSchema(), change.base().kind());
  }

  private static Set<Breaks> verdict(SchemaCase change) {
    EnumSet<Breaks> breaks = EnumSet.noneOf(Breaks.class);
    changes(change).forEach(one -> breaks.addAll(one.breaks()));
    return breaks;
  }

  /** Kept for the page: validators are slow to make. */
  private static Seen seen(SchemaCase change) throws IOException {
    Seen known = SEEN.get(change);
    if (known == null) {
      known = look(change);
      SEEN.put(change, known);
    }
    return known;
  }

  private static Seen look(SchemaCase change) throws IOException {
    MessageContract released = contract("released", change.releasedSchema());
    MessageContract current = contract("current", change.currentSchema());
    int refusedNow = 0;
    boolean lostName = false;
    boolean rehashed = false;
    for (JsonNode message : change.messagesBefore()) {
      assertThat(fits(message, released)).as("fits the released schema: " + message).isTrue();
      refusedNow += fits(message, current) ? 0 : 1;
      rehashed |= !released.contentHash(message).equals(current.contentHash(message));
      lostName |= carriesUndeclared(message, change.releasedSchema(), change.currentSchema());
    }
    int refusedThen = 0;
    for (JsonNode message : change.messagesAfter()) {
      assertThat(fits(message, current)).as("fits the current schema: " + message).isTrue();
      refusedThen += fits(message, released) ? 0 : 1;
    }
    return new Seen(
        change.messagesBefore().size(),
        refusedNow,
        change.messagesAfter().size(),
        refusedThen,
        lostName,
        rehashed);
  }

  private static boolean carriesUndeclared(JsonNode message, JsonNode was, JsonNode is) {
    for (var field : message.properties()) {
      JsonNode before = was.path("properties").path(field.getKey());
      JsonNode after = is.path("properties").path(field.getKey());
      if (before.isObject()
          && (after.isMissingNode() || carriesUndeclared(field.getValue(), before, after))) {
        return true;
      }
    }
    return false;
  }

  private static MessageContract contract(String name, JsonNode schema) throws IOException {
    Path version = Files.createDirectories(folder.resolve("shop/" + name + "/v1"));
    Files.writeString(version.resolve("message.schema.json"), schema.toString());
    Files.writeString(version.resolve("totals.jslt"), "[]");
    return Mappings.open(folder).contract("shop/" + name + "/v1");
  }

  private static boolean fits(JsonNode message, MessageContract contract) {
    try {
      contract.check(message);
      return true;
    } catch (Rejected refused) {
      return false;
    }
  }

  private static String page() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # Schema changes

            What `./hub check contracts` says of a change within one major version. `SchemaChangesTest` makes every
            change to a real schema, asks the gate, and runs messages of both sides through the validator with the
            released and the current schema; it writes this page with `-D%s=true`.

            *Refused now* counts messages of before that the current schema refuses, *refused then* messages of now
            that the released schema refuses. *Hash* says whether a message has another content hash than before.

            """
                .formatted(WRITE));
    page.append("## Messages\n\n").append(table(MESSAGES));
    page.append(
        """

        ## Domain events

        Only the hub reads them, with its newest schema, so it may accept more at any time. Nothing is hashed.

        """);
    return page.append(table(EVENTS)).toString();
  }

  private static String table(List<SchemaCase> cases) throws IOException {
    StringBuilder rows =
        new StringBuilder(
            "| change | released → now | verdict | refused now | refused then | hash |\n"
                + "|---|---|---|---|---|---|\n");
    for (SchemaCase change : cases) {
      Seen seen = seen(change);
      boolean message = change.base().kind() == SchemaKind.MESSAGE;
      rows.append(
          "| %s | %s | %s | %d of %d | %d of %d | %s |\n"
              .formatted(
                  change.title()
                      + (change.base().name().startsWith("SALES")
                          ? ""
                          : " ("
                              + change.base().name().split("_")[0].toLowerCase(Locale.ROOT)
                              + ")"),
                  rules(change),
                  inWords(verdict(change)),
                  seen.refusedNow(),
                  seen.before(),
                  seen.refusedThen(),
                  seen.after(),
                  !message ? "–" : seen.rehashed() ? "another" : "same"));
    }
    return rows.toString();
  }

  private static String rules(SchemaCase change) {
    List<String> rules =
        changes(change).stream()
            .map(
                one ->
                    "`%s`: `%s` → `%s`%s"
                        .formatted(
                            one.place().path(),
                            one.before(),
                            one.after(),
                            one.remark().contains("renamed") ? " (" + one.remark() + ")" : ""))
            .toList();
    return rules.isEmpty() ? "no rule differs" : String.join("<br>", rules);
  }

  private static String inWords(Set<Breaks> breaks) {
    SchemaChange whole = new SchemaChange(SchemaPlace.ROOT, "", "", breaks, "");
    return breaks.isEmpty() ? "compatible" : "**" + whole.verdict() + "**";
  }
}
