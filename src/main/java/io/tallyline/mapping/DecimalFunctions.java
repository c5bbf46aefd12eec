package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.schibsted.spt.data.jslt.Function;
import com.schibsted.spt.data.jslt.JsltException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Functions that mappings use where JSLT itself would compute in binary floating point. A null
 * where a number belongs is an error, never a silent zero: write fallback(.x, 0) to mean that.
 */
final class DecimalFunctions {
  /** Beyond this a sum of two harmless texts could fill the memory. */
  private static final int LARGEST_SCALE = 2_000;

  private static final int MANY = 64;

  static final List<Function> ALL =
      List.of(
          define("decimal", 1, 1, call -> DecimalNode.valueOf(call.written(0))),
          define("plus", 2, MANY, call -> bare(call.sum())),
          define("minus", 2, 2, call -> bare(call.number(0).subtract(call.number(1)))),
          define("times", 2, 2, call -> bare(call.number(0).multiply(call.number(1)))),
          define("extended", 2, 2, call -> bare(Decimals.extended(call.number(0), call.number(1)))),
          define(
              "rounded",
              2,
              2,
              call -> bare(call.number(0).setScale(call.places(1), RoundingMode.HALF_UP))),
          define("negated", 1, 1, call -> bare(call.number(0).negate())),
          define("absolute", 1, 1, call -> bare(call.number(0).abs())),
          define("positive-part", 1, 1, call -> bare(call.number(0).max(BigDecimal.ZERO))),
          define("negative-part", 1, 1, call -> bare(call.number(0).negate().max(BigDecimal.ZERO))),
          define("total", 1, 1, call -> bare(call.total(0))),
          define(
              "compare", 2, 2, call -> IntNode.valueOf(call.number(0).compareTo(call.number(1)))),
          define("same-amount", 2, 2, call -> BooleanNode.valueOf(call.same(0, 1))),
          define("positive", 1, 1, call -> BooleanNode.valueOf(call.number(0).signum() > 0)),
          define("negative", 1, 1, call -> BooleanNode.valueOf(call.number(0).signum() < 0)),
          define("text", 1, MANY, call -> TextNode.valueOf(call.text(0))),
          define("together", 1, MANY, Call::together),
          define("differs", 3, MANY, Call::differs));

  static final Set<String> NAMES =
      ALL.stream().map(Function::getName).collect(Collectors.toUnmodifiableSet());

  private interface Body {
    JsonNode of(Call call);
  }

  private DecimalFunctions() {}

  private static Function define(String name, int fewest, int most, Body body) {
    return new Function() {
      @Override
      public String getName() {
        return name;
      }

      @Override
      public int getMinArguments() {
        return fewest;
      }

      @Override
      public int getMaxArguments() {
        return most;
      }

      @Override
      public JsonNode call(JsonNode input, JsonNode[] arguments) {
        return body.of(new Call(name, arguments));
      }
    };
  }

  private static JsonNode bare(BigDecimal value) {
    return DecimalNode.valueOf(Decimals.bare(value));
  }

  /** One call's arguments, read with errors that name the function. */
  private record Call(String name, JsonNode[] arguments) {
    BigDecimal number(int i) {
      return number(arguments[i], "argument " + (i + 1));
    }

    private BigDecimal number(JsonNode node, String which) {
      if (!node.isNumber()) {
        throw wrong(which, node, "a number is needed");
      }
      BigDecimal number = Decimals.of(node);
      if (number.signum() == 0) {
        return BigDecimal.ZERO;
      }
      if (Math.abs((long) number.scale()) > LARGEST_SCALE) {
        throw wrong(which, node, "its exponent is beyond computing");
      }
      return number;
    }

    BigDecimal written(int i) {
      try {
        BigDecimal number = new BigDecimal(arguments[i].asText());
        if (arguments[i].isTextual() && Math.abs((long) number.scale()) <= LARGEST_SCALE) {
          return number;
        }
      } catch (NumberFormatException noNumber) {
        // answered below
      }
      throw wrong("argument 1", arguments[i], "a text like \"0.19\" is needed");
    }

    int places(int i) {
      if (!arguments[i].isInt() || arguments[i].intValue() < 0 || arguments[i].intValue() > 100) {
        throw wrong("argument " + (i + 1), arguments[i], "a whole number from 0 to 100 is needed");
      }
      return arguments[i].intValue();
    }

    BigDecimal sum() {
      BigDecimal sum = number(0);
      for (int i = 1; i < arguments.length; i++) {
        sum = sum.add(number(i));
      }
      return sum;
    }

    BigDecimal total(int i) {
      if (!arguments[i].isArray()) {
        throw wrong("argument 1", arguments[i], "an array of numbers is needed");
      }
      BigDecimal total = BigDecimal.ZERO;
      int index = 0;
      for (JsonNode element : arguments[i]) {
        total =
            total.add(
                element.isNumber() ? number(element, "") : number(element, "element " + index));
        index++;
      }
      return total;
    }

    boolean same(int a, int b) {
      if (arguments[a].isNull() || arguments[b].isNull()) {
        return arguments[a].isNull() && arguments[b].isNull();
      }
      return number(a).compareTo(number(b)) == 0;
    }

    String text(int from) {
      StringBuilder text = new StringBuilder();
      for (int i = from; i < arguments.length; i++) {
        JsonNode part = arguments[i];
        if (part.isContainerNode()) {
          throw wrong("argument " + (i + 1), part, "a text or number is needed");
        }
        if (part.isNumber()) {
          text.append(number(i).toPlainString());
        } else if (!part.isNull()) {
          text.append(part.asText());
        }
      }
      return text.toString();
    }

    JsonNode together() {
      ArrayNode flat = JsonNodeFactory.instance.arrayNode();
      for (JsonNode argument : arguments) {
        flatten(argument, flat);
      }
      return flat;
    }

    private static void flatten(JsonNode node, ArrayNode flat) {
      if (node.isArray()) {
        for (JsonNode element : node) {
          flatten(element, flat);
        }
      } else if (!node.isNull()) {
        flat.add(node);
      }
    }

    JsonNode differs() {
      if (same(0, 1)) {
        return NullNode.getInstance();
      }
      return TextNode.valueOf(
          text(2)
              + " says "
              + new Call(name, new JsonNode[] {arguments[0]}).text(0)
              + " but should be "
              + new Call(name, new JsonNode[] {arguments[1]}).text(0));
    }

    private JsltException wrong(String which, JsonNode node, String needed) {
      return new JsltException(
          name
              + ": "
              + which
              + " is "
              + node.getNodeType().name().toLowerCase(java.util.Locale.ROOT)
              + Shown.value(node)
              + ", "
              + needed);
    }
  }
}
