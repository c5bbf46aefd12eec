package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.Rejected;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.StrictJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** One change of a real schema, with messages of before and after, and whom it must break. */
final class SchemaCase {
  /** A released schema, and a real message that fits it. */
  enum Base {
    SALES(
        SchemaKind.MESSAGE,
        "sales-transaction-created/v1/message.schema.json",
        "sales-transaction-created/v1/cases/half-cents-round-up.out.json"),
    ASSEMBLY(
        SchemaKind.MESSAGE,
        "assembly-transaction-created/v1/message.schema.json",
        "assembly-transaction-created/v1/cases/roles-mixed.out.json"),
    ADJUSTMENT(
        SchemaKind.MESSAGE,
        "adjustment-transaction-created/v1/message.schema.json",
        "adjustment-transaction-created/v1/cases/losses-round-away-from-zero.out.json"),
    SALES_EVENT(
        SchemaKind.DOMAIN_EVENT,
        "sales-transaction-created/event.schema.json",
        "sales-transaction-created/v1/cases/half-cents-round-up.in.json"),
    ASSEMBLY_EVENT(
        SchemaKind.DOMAIN_EVENT,
        "assembly-transaction-created/event.schema.json",
        "assembly-transaction-created/v1/cases/roles-mixed.in.json");

    private final SchemaKind kind;
    private final String schema;
    private final String message;

    Base(SchemaKind kind, String schema, String message) {
      this.kind = kind;
      this.schema = schema;
      this.message = message;
    }

    SchemaKind kind() {
      return kind;
    }

    ObjectNode schema() {
      return (ObjectNode) MAPPINGS.schema("released/inventory/" + schema);
    }

    ObjectNode message() {
      try {
        JsonNode file = StrictJson.parse(Files.readString(ROOT.resolve("inventory/" + message)));
        return (ObjectNode) (file.has("payload") ? file.get("payload") : file);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      } catch (Rejected wrong) {
        throw new IllegalStateException(wrong);
      }
    }
  }

  private static final Path ROOT = Path.of("mappings");
  private static final Mappings MAPPINGS = Mappings.open(ROOT);

  private final Base base;
  private final String title;
  private SchemaEdit[] released = {};
  private SchemaEdit[] now = {};
  private final List<JsonNode> before = new ArrayList<>();
  private final List<JsonNode> after = new ArrayList<>();
  private Set<Breaks> expected = Set.of();

  private SchemaCase(Base base, String title) {
    this.base = base;
    this.title = title;
  }

  static SchemaCase of(Base base, String title) {
    return new SchemaCase(base, title);
  }

  /** What the released schema says other than the project's own does. */
  SchemaCase released(SchemaEdit... edits) {
    this.released = edits;
    return this;
  }

  /** The change itself. */
  SchemaCase now(SchemaEdit... edits) {
    this.now = edits;
    return this;
  }

  /** A message that a producer of the released schema sends. */
  SchemaCase before(SchemaEdit... edits) {
    before.add(edited(base.message(), edits));
    return this;
  }

  /** A message that a producer of the current schema sends. */
  SchemaCase after(SchemaEdit... edits) {
    after.add(edited(base.message(), edits));
    return this;
  }

  SchemaCase breaks(Breaks... sides) {
    EnumSet<Breaks> set = EnumSet.noneOf(Breaks.class);
    set.addAll(List.of(sides));
    this.expected = set;
    return this;
  }

  private static ObjectNode edited(ObjectNode document, SchemaEdit... edits) {
    for (SchemaEdit edit : edits) {
      edit.apply(document);
    }
    return document;
  }

  Base base() {
    return base;
  }

  String title() {
    return title;
  }

  JsonNode releasedSchema() {
    return edited(base.schema(), released);
  }

  JsonNode currentSchema() {
    return edited(edited(base.schema(), released), now);
  }

  List<JsonNode> messagesBefore() {
    return before.isEmpty() ? List.of(base.message()) : before;
  }

  List<JsonNode> messagesAfter() {
    return after.isEmpty() ? List.of(base.message()) : after;
  }

  Set<Breaks> expected() {
    return expected;
  }

  @Override
  public String toString() {
    return base + ": " + title;
  }
}
