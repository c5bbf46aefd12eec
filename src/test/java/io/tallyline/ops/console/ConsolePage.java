package io.tallyline.ops.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The tables in {@code src/docs/console.md} that tests hold equal to what they describe. */
final class ConsolePage {
  private static final Path PAGE = Path.of("src/docs/console.md");

  private ConsolePage() {}

  /** What stands between {@code <!-- name: ... -->} and {@code <!-- end -->}. */
  static String table(String name) {
    try {
      String page = Files.readString(PAGE);
      int start = page.indexOf("-->\n", page.indexOf("<!-- " + name + ":")) + 4;
      return page.substring(start, page.indexOf("<!-- end -->", start)).strip();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
