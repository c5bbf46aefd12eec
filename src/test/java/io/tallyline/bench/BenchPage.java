package io.tallyline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** Keeps the last complete run in {@code bench/README.md}, between two marks, and its pictures. */
final class BenchPage {
  private static final String BEGIN = "<!-- figures: written by ./hub bench -->";
  private static final String END = "<!-- end of figures -->";

  private final Path folder;
  private final String before;
  private final String after;

  /**
   * @param folder with the page; looked at now, so that a run does not end in vain
   */
  BenchPage(Path folder) throws IOException {
    this.folder = folder;
    String page = Files.readString(folder.resolve("README.md"));
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException("bench/README.md has lost the marks around its figures");
    }
    before = page.substring(0, begin);
    after = page.substring(end);
  }

  /**
   * @param machine one line a fact
   * @param table as printed
   */
  void write(List<String> machine, List<String> table, Figures figures, List<Series.Point> series)
      throws IOException {
    String text =
        """

        Measured on %s:

        %s

        ```
        %s
        ```

        ![Sales drained a second](drain.svg)

        ![Latency](latency.svg)

        ![The hub under different loads](series.svg)

        """
            .formatted(
                LocalDate.now(ZoneOffset.UTC),
                String.join("\n", machine.stream().map(fact -> "- " + fact).toList()),
                String.join("\n", table));
    Files.writeString(folder.resolve("README.md"), before + BEGIN + "\n" + text + after);
    Files.writeString(folder.resolve("drain.svg"), Pictures.drain(figures));
    Files.writeString(folder.resolve("latency.svg"), Pictures.latency(figures));
    Files.writeString(folder.resolve("series.svg"), Pictures.series(series));
  }
}
