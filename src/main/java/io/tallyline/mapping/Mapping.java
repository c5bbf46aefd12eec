package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.schibsted.spt.data.jslt.Expression;
import com.schibsted.spt.data.jslt.JsltException;
import com.schibsted.spt.data.jslt.Parser;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import java.io.StringReader;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One compiled JSLT file. Thread-safe. */
final class Mapping {
  private static final Pattern PLACE = Pattern.compile("at line (\\d+), column (\\d+)");

  private final String file;
  private final Expression expression;

  private Mapping(String file, Expression expression) {
    this.file = file;
    this.expression = expression;
  }

  /**
   * @param path relative to the mappings folder
   */
  static Mapping compile(String path, String source) {
    String file = MappingFiles.shown(path);
    MappingLint.check(file, source);
    return parse(file, source);
  }

  /** Compiles what {@link MappingLint} has nothing against. */
  static Mapping parse(String file, String source) {
    try {
      Expression expression =
          new Parser(new StringReader(source))
              .withSource(file)
              .withFunctions(DecimalFunctions.ALL)
              .compile();
      return new Mapping(file, expression);
    } catch (JsltException wrong) {
      throw new StartRefused(
          "MAP-003",
          file + where(wrong) + " does not compile: " + firstLine(wrong) + "; correct the mapping",
          wrong);
    }
  }

  /** A parse error's own place; its location is that of the token before. */
  private static String where(JsltException wrong) {
    Matcher place = PLACE.matcher(wrong.getMessageWithoutLocation());
    if (place.find()) {
      return ":" + place.group(1) + ":" + place.group(2);
    }
    return wrong.getLine() > 0 ? ":" + wrong.getLine() + ":" + wrong.getColumn() : "";
  }

  private static String firstLine(JsltException wrong) {
    return Shown.text(wrong.getMessageWithoutLocation().lines().findFirst().orElse(""), 200);
  }

  String file() {
    return file;
  }

  /**
   * @throws Rejected MAP-024 if the mapping fails on this input
   */
  JsonNode apply(JsonNode input, Map<String, JsonNode> variables) throws Rejected {
    try {
      return expression.apply(variables, input);
    } catch (RuntimeException failed) {
      // Whatever it is, the same input fails again: waiting does not help.
      throw new Rejected(
          Reason.SCHEMA, "MAP-024", file + " fails: " + Shown.text(failed.getMessage(), 300));
    }
  }
}
