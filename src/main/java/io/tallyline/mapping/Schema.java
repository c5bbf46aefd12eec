package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.ValidationMessage;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** One compiled JSON Schema. Thread-safe. */
final class Schema {
  private static final int SHOWN_VIOLATIONS = 5;
  private static final int SMALL_DOCUMENT = 2_000;

  private final String file;
  private final JsonSchema compiled;
  private final JsonNode source;
  private final @Nullable QuickCheck quick;

  /**
   * @param source the schema with every reference already replaced by what it refers to
   */
  Schema(String file, JsonSchema compiled, JsonNode source) {
    this.file = file;
    this.compiled = compiled;
    this.source = source;
    this.quick = QuickCheck.of(source).orElse(null);
  }

  JsonNode source() {
    return source;
  }

  /**
   * Stops at the first violation; only for a small document are the next ones looked for too, so
   * that a hostile one with a million errors costs no memory.
   *
   * @param subject begins the error, for example "the message"
   */
  void check(JsonNode document, String code, String subject) throws Rejected {
    if (quick != null && quick.accepts(document)) {
      return;
    }
    Collection<ValidationMessage> violations = violations(document, true);
    if (violations.isEmpty()) {
      return;
    }
    if (nodes(document, SMALL_DOCUMENT) < SMALL_DOCUMENT) {
      violations = violations(document, false);
    }
    StringBuilder text = new StringBuilder(subject).append(" does not fit ").append(file);
    int shown = 0;
    for (ValidationMessage violation : violations) {
      if (shown == SHOWN_VIOLATIONS) {
        text.append("; and ").append(violations.size() - shown).append(" more");
        break;
      }
      text.append(shown++ == 0 ? ": " : "; ").append(inWords(violation));
    }
    throw new Rejected(Reason.SCHEMA, code, text.toString());
  }

  /** By the validator alone. */
  boolean validates(JsonNode document) {
    return violations(document, true).isEmpty();
  }

  private Collection<ValidationMessage> violations(JsonNode document, boolean onlyFirst) {
    return compiled.validate(
        document,
        OutputFormat.DEFAULT,
        execution -> execution.getExecutionConfig().setFailFast(onlyFirst));
  }

  private static String inWords(ValidationMessage violation) {
    String where = violation.getInstanceLocation().toString();
    String rule = violation.getMessage();
    if (rule.startsWith(where + ": ")) {
      rule = rule.substring(where.length() + 2);
    }
    if ("format".equals(violation.getType()) && violation.getSchemaNode() != null) {
      Formats.Kind kind = Formats.ALL.get(violation.getSchemaNode().asText());
      rule = kind == null ? rule : "must be " + kind.meaning();
    }
    return Shown.text(where, 120)
        + " "
        + Shown.text(rule, 160)
        + Shown.value(violation.getInstanceNode());
  }

  private static int nodes(JsonNode node, int enough) {
    int count = 1;
    for (JsonNode child : node) {
      count += nodes(child, enough - count);
      if (count >= enough) {
        return count;
      }
    }
    return count;
  }
}
