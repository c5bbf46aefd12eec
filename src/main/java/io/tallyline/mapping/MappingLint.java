package io.tallyline.mapping;

import static com.schibsted.spt.data.jslt.parser.JsltParserConstants.*;

import com.schibsted.spt.data.jslt.parser.JsltParserTokenManager;
import com.schibsted.spt.data.jslt.parser.SimpleCharStream;
import com.schibsted.spt.data.jslt.parser.Token;
import com.schibsted.spt.data.jslt.parser.TokenMgrError;
import io.tallyline.contracts.StartRefused;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what JSLT computes in binary floating point, what is not the same on every run, and
 * imports. Reads JSLT's own tokens, so that text, comments and names with hyphens are what they are
 * to the compiler.
 */
final class MappingLint {
  private static final String BINARY = "computes in binary floating point";
  private static final String VARIES = "gives another result on every run";

  private static final Map<String, String> FUNCTIONS =
      Map.ofEntries(
          Map.entry("sum", BINARY + "; use total(array)"),
          Map.entry("round", BINARY + "; use rounded(a, decimals)"),
          Map.entry("floor", BINARY + "; use rounded(a, decimals)"),
          Map.entry("ceiling", BINARY + "; use rounded(a, decimals)"),
          Map.entry("mod", BINARY),
          Map.entry("number", BINARY + "; use decimal(text)"),
          Map.entry("min", BINARY + "; use if (positive(minus(a, b)))"),
          Map.entry("max", BINARY + "; use if (positive(minus(a, b)))"),
          Map.entry("string", "writes a decimal with an exponent; use text(a)"),
          Map.entry("to-json", "writes decimals with exponents; use text(a)"),
          Map.entry("from-json", BINARY + "; map the fields themselves"),
          Map.entry("parse-time", BINARY + "; copy the timestamp's text"),
          Map.entry("format-time", BINARY + "; copy the timestamp's text"),
          Map.entry("now", VARIES + "; use $occurredAt"),
          Map.entry("random", VARIES),
          Map.entry("uuid", VARIES + "; copy an id from the event"));

  private static final Map<Integer, String> OPERATORS =
      Map.of(
          PLUS, "use plus(a, b), or text(a, b) for texts and together(a, b) for arrays",
          MINUS, "use minus(a, b)",
          STAR, "use times(a, b), or extended(quantity, price)",
          SLASH, "no division is exact; multiply, or let the event carry the result",
          SMALLER, "use negative(minus(a, b))",
          BIGGER, "use positive(minus(a, b))",
          SMALLOREQ, "use not(positive(minus(a, b)))",
          BIGOREQ, "use not(negative(minus(a, b)))");

  private static final Set<Integer> EXACT_LITERALS = Set.of(STRING, NULL, TRUE, FALSE);

  /** One place in a mapping, and why it is refused. */
  record Refusal(int line, int column, String why) {}

  private final List<Token> tokens;
  private final List<Refusal> refusals = new ArrayList<>();

  private MappingLint(List<Token> tokens) {
    this.tokens = tokens;
  }

  /**
   * @throws StartRefused MAP-004 with file, line and column of the first thing refused
   */
  static void check(String file, String source) {
    for (Refusal first : refusals(file, source)) {
      throw new StartRefused(
          "MAP-004", file + ":" + first.line() + ":" + first.column() + " " + first.why());
    }
  }

  /**
   * Everything refused, in the order of the file.
   *
   * @throws StartRefused MAP-003 if the text is not made of JSLT's tokens
   */
  static List<Refusal> refusals(String file, String source) {
    List<Token> tokens = new ArrayList<>();
    JsltParserTokenManager lexer =
        new JsltParserTokenManager(new SimpleCharStream(new StringReader(source)));
    try {
      for (Token token = lexer.getNextToken(); token.kind != EOF; token = lexer.getNextToken()) {
        tokens.add(token);
      }
    } catch (TokenMgrError notLexical) {
      throw new StartRefused(
          "MAP-003",
          file
              + " does not compile: "
              + Shown.text(notLexical.getMessage(), 300)
              + "; correct the mapping",
          notLexical);
    }
    MappingLint lint = new MappingLint(tokens);
    lint.check();
    return lint.refusals;
  }

  private void check() {
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      switch (token.kind) {
        case IMPORT -> refuse(token, "reads another file, which the hub does not; copy it");
        case DECIMAL -> refuse(token, BINARY + "; write decimal(\"" + token.image + "\")");
        case EQUALS, UNEQUALS -> checkEquality(token, i);
        case IDENT, PIDENT -> checkName(token, i);
        default -> {
          String instead = OPERATORS.get(token.kind);
          if (instead != null && !matcher(i)) {
            refuse(token, BINARY + "; " + instead);
          }
        }
      }
    }
  }

  /** {@code {* : .}} and {@code {* - a, b : .}} copy keys: no arithmetic. */
  private boolean matcher(int i) {
    if (kind(i) == STAR) {
      boolean opens = kind(i - 1) == LCURLY || kind(i - 1) == COMMA || kind(i - 1) == RCURLY;
      return opens && (kind(i + 1) == COLON || kind(i + 1) == MINUS);
    }
    return kind(i) == MINUS && kind(i - 1) == STAR && matcher(i - 1);
  }

  /** Text, null, true and false compare exactly; two fields might be numbers. */
  private void checkEquality(Token token, int i) {
    if (!EXACT_LITERALS.contains(kind(i + 1)) && !EXACT_LITERALS.contains(kind(i - 1))) {
      refuse(
          token,
          "compares numbers in binary floating point; use same-amount(a, b), or compare with a"
              + " text, null, true or false written out");
    }
  }

  private void checkName(Token token, int i) {
    if (kind(i - 1) == DEF && DecimalFunctions.NAMES.contains(token.image)) {
      refuse(token, "is defined by the hub already; choose another name");
    }
    boolean called = kind(i + 1) == LPAREN && kind(i - 1) != DOT && kind(i - 1) != DEF;
    String why = called ? FUNCTIONS.get(token.image) : null;
    if (why != null) {
      refuse(token, why);
    }
  }

  private int kind(int i) {
    @Nullable Token token = i < 0 || i >= tokens.size() ? null : tokens.get(i);
    return token == null ? EOF : token.kind;
  }

  private void refuse(Token token, String why) {
    refusals.add(new Refusal(token.beginLine, token.beginColumn, "'" + token.image + "' " + why));
  }
}
