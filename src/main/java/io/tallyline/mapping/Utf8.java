package io.tallyline.mapping;

import io.tallyline.contracts.Rejected;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Refuses bytes that are not UTF-8; Jackson alone lets some through and guesses UTF-16. */
final class Utf8 {
  private Utf8() {}

  /**
   * Index of the first byte that needs a second look: not ASCII, a NUL, or a backslash (which may
   * begin an escaped surrogate); the length if there is none.
   */
  static int firstSpecial(byte[] body) {
    for (int i = 0; i < body.length; i++) {
      byte b = body[i];
      if (b <= 0 || b == '\\') {
        return i;
      }
    }
    return body.length;
  }

  /**
   * Decodes strictly in small pieces, so that nothing as large as the body is allocated.
   *
   * @param from everything before this index is known to be ASCII
   */
  static void check(byte[] body, int from) throws Rejected {
    if (body.length >= 3
        && body[0] == (byte) 0xEF
        && body[1] == (byte) 0xBB
        && body[2] == (byte) 0xBF) {
      throw StrictJson.notJson("the document begins with a byte order mark; send plain UTF-8");
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(body, from, body.length - from);
    CharBuffer out = CharBuffer.allocate(Math.min(4_096, body.length - from + 1));
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      if (result.isError()) {
        throw StrictJson.notJson("byte " + in.position() + " is not UTF-8");
      }
      for (int i = 0; i < out.position(); i++) {
        if (out.array()[i] == 0) {
          throw StrictJson.notJson("the document holds a NUL byte; send UTF-8, not UTF-16");
        }
      }
      if (result.isUnderflow()) {
        return;
      }
      out.clear();
    }
  }
}
