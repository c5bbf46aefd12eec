package io.tallyline.workbench;

import static com.schibsted.spt.data.jslt.parser.JsltParserConstants.*;

import com.schibsted.spt.data.jslt.parser.JsltParserTokenManager;
import com.schibsted.spt.data.jslt.parser.SimpleCharStream;
import com.schibsted.spt.data.jslt.parser.Token;
import com.schibsted.spt.data.jslt.parser.TokenMgrError;
import io.tallyline.workbench.JsonPlaces.Place;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;

/** The accounts that a posting mapping names: texts in the value of a key {@code "account"}. */
final class NamedAccounts {
  /** An account's code, and where it is written. */
  record Named(String code, Place place) {}

  private NamedAccounts() {}

  /** Also those in both arms of an {@code if}; none beyond a place that is not JSLT. */
  static List<Named> in(String source) {
    List<Token> tokens = tokens(source);
    List<Named> named = new ArrayList<>();
    for (int i = 0; i + 1 < tokens.size(); i++) {
      if (tokens.get(i).kind == STRING
          && text(tokens.get(i)).equals("account")
          && tokens.get(i + 1).kind == COLON) {
        value(tokens, i + 2, named);
      }
    }
    return named;
  }

  private static void value(List<Token> tokens, int from, List<Named> named) {
    int depth = 0;
    for (int i = from; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      switch (token.kind) {
        case LPAREN, LBRACKET, LCURLY -> depth++;
        case RPAREN, RBRACKET, RCURLY -> depth--;
        default -> {
          // A text inside brackets is compared with something, or an argument.
          if (token.kind == STRING && depth == 0) {
            named.add(new Named(text(token), new Place(token.beginLine, token.beginColumn)));
          }
        }
      }
      if (depth < 0 || depth == 0 && token.kind == COMMA) {
        return;
      }
    }
  }

  private static String text(Token token) {
    return token.image.substring(1, token.image.length() - 1);
  }

  private static List<Token> tokens(String source) {
    List<Token> tokens = new ArrayList<>();
    JsltParserTokenManager lexer =
        new JsltParserTokenManager(new SimpleCharStream(new StringReader(source)));
    try {
      for (Token token = lexer.getNextToken(); token.kind != EOF; token = lexer.getNextToken()) {
        tokens.add(token);
      }
    } catch (TokenMgrError found) {
      return tokens;
    }
    return tokens;
  }
}
