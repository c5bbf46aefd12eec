package io.tallyline.mapping;

import com.fasterxml.jackson.core.ErrorReportConfiguration;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.Map;

/**
 * JSON as a consumer accepts it: UTF-8, one document, every number exact, no key twice. Reads into
 * a tree itself instead of through an ObjectMapper, so that each refusal has its own reason and a
 * hostile body is given up at the first byte that is wrong.
 */
public final class StrictJson {
  /** Objects and arrays inside each other; the outermost is 1. */
  static final int DEEPEST = 32;

  private static final int LONGEST_NUMBER = 1_000;
  private static final int LARGEST_PLAIN_SCALE = 2_000;
  private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);

  // Depth is counted here; lengths of texts are bounded by the body's; only a number can hit these.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .errorReportConfiguration(
              ErrorReportConfiguration.builder().maxErrorTokenLength(32).build())
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNumberLength(LONGEST_NUMBER)
                  .maxNestingDepth(DEEPEST + 2)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private StrictJson() {}

  /**
   * Reads one document.
   *
   * @param body its bytes, not changed
   * @param largestBytes a longer body is refused unread
   * @throws Rejected not-json (MAP-010), schema for a number beyond reading (MAP-011), too-large
   *     (MAP-012)
   */
  public static JsonNode parse(byte[] body, int largestBytes) throws Rejected {
    if (body.length > largestBytes) {
      throw tooLarge(body.length, largestBytes, "bytes");
    }
    int first = Utf8.firstSpecial(body);
    if (first < body.length) {
      Utf8.check(body, first);
    }
    try (JsonParser parser = FACTORY.createParser(body)) {
      return new TreeReader(parser, first < body.length).document();
    } catch (IOException notJson) {
      throw notJson(notJson);
    }
  }

  /**
   * Reads the text of a jsonb column, at most {@link Names#LARGEST_MESSAGE_BYTES} characters.
   *
   * @throws Rejected as {@link #parse(byte[], int)}
   */
  public static JsonNode parse(String text) throws Rejected {
    if (text.length() > Names.LARGEST_MESSAGE_BYTES) {
      throw tooLarge(text.length(), Names.LARGEST_MESSAGE_BYTES, "characters");
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      return new TreeReader(parser, true).document();
    } catch (IOException notJson) {
      throw notJson(notJson);
    }
  }

  /**
   * UTF-8 without spaces; decimals in plain notation with the zeros they came with. Only an
   * exponent beyond {@value #LARGEST_PLAIN_SCALE}, which no schema of ours accepts, stays an
   * exponent.
   */
  public static byte[] write(JsonNode node) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(2_048);
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      write(node, generator);
    } catch (IOException notText) {
      throw new UncheckedIOException(notText);
    }
    return out.toByteArray();
  }

  /** The same numbers, indented by two spaces, for people and for files that people read. */
  public static String writeIndented(JsonNode node) {
    Separators separators =
        Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER);
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter(separators);
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    StringWriter out = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(out).setPrettyPrinter(printer)) {
      write(node, generator);
    } catch (IOException notText) {
      throw new UncheckedIOException(notText);
    }
    return out.toString();
  }

  private static void write(JsonNode node, JsonGenerator generator) throws IOException {
    switch (node.getNodeType()) {
      case OBJECT -> {
        generator.writeStartObject();
        for (Map.Entry<String, JsonNode> property : node.properties()) {
          generator.writeFieldName(property.getKey());
          write(property.getValue(), generator);
        }
        generator.writeEndObject();
      }
      case ARRAY -> {
        generator.writeStartArray();
        for (Iterator<JsonNode> elements = node.elements(); elements.hasNext(); ) {
          write(elements.next(), generator);
        }
        generator.writeEndArray();
      }
      case STRING -> generator.writeString(node.textValue());
      case NUMBER -> writeNumber(node, generator);
      case BOOLEAN -> generator.writeBoolean(node.booleanValue());
      case NULL -> generator.writeNull();
      default -> throw new IllegalArgumentException("no JSON value: " + node.getNodeType());
    }
  }

  private static void writeNumber(JsonNode node, JsonGenerator generator) throws IOException {
    if (node.isInt()) {
      generator.writeNumber(node.intValue());
    } else if (node.isLong()) {
      generator.writeNumber(node.longValue());
    } else if (node.isBigInteger()) {
      generator.writeNumber(node.bigIntegerValue());
    } else {
      BigDecimal value = Decimals.of(node);
      boolean plain = Math.abs((long) value.scale()) <= LARGEST_PLAIN_SCALE;
      generator.writeNumber(plain ? value.toPlainString() : value.toString());
    }
  }

  private static Rejected tooLarge(int size, int limit, String unit) {
    return new Rejected(
        Reason.TOO_LARGE,
        "MAP-012",
        "the document has " + size + " " + unit + ", at most " + limit + " are accepted");
  }

  private static Rejected notJson(IOException cause) {
    if (cause instanceof StreamConstraintsException) {
      return new Rejected(
          Reason.SCHEMA, "MAP-011", "a number has more than " + LONGEST_NUMBER + " characters");
    }
    String where = "";
    String what = cause.getMessage();
    if (cause instanceof com.fasterxml.jackson.core.JsonProcessingException broken) {
      what = broken.getOriginalMessage();
      if (broken.getLocation() != null) {
        where =
            " at line "
                + broken.getLocation().getLineNr()
                + ", column "
                + broken.getLocation().getColumnNr();
      }
    }
    return notJson("not JSON" + where + ": " + Shown.text(what, 200));
  }

  static Rejected notJson(String what) {
    return new Rejected(Reason.NOT_JSON, "MAP-010", what);
  }

  /** One parse: builds the tree, counts depth, and refuses what the tokenizer lets through. */
  private static final class TreeReader {
    private final JsonParser parser;
    private final boolean mayHoldSurrogates;

    TreeReader(JsonParser parser, boolean mayHoldSurrogates) {
      this.parser = parser;
      this.mayHoldSurrogates = mayHoldSurrogates;
    }

    JsonNode document() throws IOException, Rejected {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw notJson("the document is empty");
      }
      JsonNode root = value(token, 0);
      if (parser.nextToken() != null) {
        throw notJson("something follows the end of the document");
      }
      return root;
    }

    private JsonNode value(JsonToken token, int depth) throws IOException, Rejected {
      return switch (token) {
        case START_OBJECT -> object(deeper(depth));
        case START_ARRAY -> array(deeper(depth));
        case VALUE_STRING -> TextNode.valueOf(whole(parser.getText()));
        case VALUE_NUMBER_INT -> integer();
        case VALUE_NUMBER_FLOAT -> decimal();
        case VALUE_TRUE -> NODES.booleanNode(true);
        case VALUE_FALSE -> NODES.booleanNode(false);
        case VALUE_NULL -> NODES.nullNode();
        default -> throw notJson("unexpected " + token);
      };
    }

    private int deeper(int depth) throws Rejected {
      if (depth == DEEPEST) {
        throw notJson("objects and arrays are nested more than " + DEEPEST + " deep");
      }
      return depth + 1;
    }

    private ObjectNode object(int depth) throws IOException, Rejected {
      ObjectNode object = NODES.objectNode();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        whole(name);
        JsonNode value = value(parser.nextToken(), depth);
        if (object.replace(name, value) != null) {
          throw notJson("the key '" + Shown.text(name, 60) + "' stands twice in one object");
        }
      }
      return object;
    }

    private ArrayNode array(int depth) throws IOException, Rejected {
      ArrayNode array = NODES.arrayNode();
      for (JsonToken token = parser.nextToken();
          token != JsonToken.END_ARRAY;
          token = parser.nextToken()) {
        array.add(value(token, depth));
      }
      return array;
    }

    private JsonNode integer() throws IOException {
      return switch (parser.getNumberType()) {
        case INT -> IntNode.valueOf(parser.getIntValue());
        case LONG -> LongNode.valueOf(parser.getLongValue());
        default -> BigIntegerNode.valueOf(parser.getBigIntegerValue());
      };
    }

    private JsonNode decimal() throws IOException, Rejected {
      try {
        return DecimalNode.valueOf(
            new BigDecimal(
                parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength()));
      } catch (NumberFormatException beyondExponents) {
        throw new Rejected(
            Reason.SCHEMA,
            "MAP-011",
            "the number " + Shown.text(parser.getText(), 40) + " has an exponent beyond reading");
      }
    }

    private String whole(String text) throws Rejected {
      if (mayHoldSurrogates) {
        for (int i = 0; i < text.length(); i++) {
          if (Character.isSurrogate(text.charAt(i))) {
            boolean pair =
                i + 1 < text.length()
                    && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
            if (!pair) {
              throw notJson("a text holds half a surrogate pair, which is no character");
            }
            i++;
          }
        }
      }
      return text;
    }
  }
}
