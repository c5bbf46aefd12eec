package io.tallyline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What the figures were taken on. */
final class Machine {
  private Machine() {}

  /** Taken before anything runs: others who used it then are in the load. */
  static List<String> facts(Servers servers, Size size) {
    return List.of(
        "%d processors (%s), %s MiB, Linux; databases, broker and contender on this machine"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                field("/proc/cpuinfo", "model name"),
                memory()),
        "Java %s, %s".formatted(System.getProperty("java.version"), servers.versions()),
        "%d rounds, %d s to warm up (at most %,d sales), %,d sales to drain, each rate held for %d s"
            .formatted(
                size.rounds(),
                size.warmUpSeconds(),
                Size.MOST_WARM_UP,
                size.rows(),
                size.latencySeconds()),
        "load of the machine before it began: " + load());
  }

  /** Processes that wanted a processor during the last minute. */
  static String load() {
    return read("/proc/loadavg").split(" ")[0];
  }

  private static String memory() {
    String kilobytes = field("/proc/meminfo", "MemTotal").replaceAll("[^0-9]", "");
    return String.format(Locale.ROOT, "%,d", Long.parseLong(kilobytes) / 1_024);
  }

  private static String field(String file, String name) {
    return read(file)
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException failure) {
      return "0 unknown";
    }
  }
}
