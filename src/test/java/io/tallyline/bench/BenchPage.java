package io.tallyline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** Keeps the last complete run in {@code bench/README.md}, between two marks, and its pictures. */
final class BenchPage {
  static final Path PAGE = Path.of("bench/README.md");

  private static final String BEGIN = "<!-- figures: written by ./hub bench -->";
  private static final String END = "<!-- end of figures -->";

  private BenchPage() {}

  /**
   * @param table as printed
   * @param machine one line a fact
   */
  static void write(
      List<String> machine, List<String> table, Figures figures, List<Series.Point> series)
      throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException(PAGE + " has lost the marks around its figures");
    }
    String text =
        """

        Measured on %s:

        %s

        ```
        %s
        ```

        ![drain](drain.svg)

        ![latency](latency.svg)

        ![series](series.svg)

        """
            .formatted(
                LocalDate.now(ZoneOffset.UTC),
                String.join("\n", machine.stream().map(fact -> "- " + fact).toList()),
                String.join("\n", table));
    Files.writeString(PAGE, page.substring(0, begin) + BEGIN + "\n" + text + page.substring(end));
    picture("drain.svg", Pictures.drain(figures));
    picture("latency.svg", Pictures.latency(figures));
    picture("series.svg", Pictures.series(series));
  }

  private static void picture(String name, String svg) throws IOException {
    Files.writeString(PAGE.resolveSibling(name), svg);
  }
}
