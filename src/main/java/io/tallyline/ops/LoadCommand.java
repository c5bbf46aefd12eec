package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import io.tallyline.embedded.EmbeddedServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** {@code ./hub load FILE}: outbox rows from a file, as an inventory module would record them. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = {
      "Put outbox rows from a file into the inventory database: all of them, or none if a line is"
          + " wrong."
    },
    footer = {
      "",
      "One JSON object a line; keys are the columns of inventory.outbox_event: aggregate_type,",
      "aggregate_id, event_type, payload; optional event_id, correlation_id, traceparent,",
      "occurred_at. The file may be compressed by gzip.",
      "",
      "It writes with hub.inventory.migration.username, since the hub's runtime role may not.",
      "Without configured databases it uses those of the hub that runs embedded in ./data."
    })
final class LoadCommand implements Callable<Integer> {
  private static final int MOST_BAD_LINES = 10;
  private static final Pattern COPY_LINE = Pattern.compile("COPY outbox_event, line (\\d+)");

  @Parameters(paramLabel = "FILE", description = "rows, one JSON object a line; .gz too")
  private Path path = Path.of("");

  @Unmatched private List<String> settings = new ArrayList<>();

  private final List<String> badLines = new ArrayList<>();
  private final List<Long> lineOfRow = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    if (!Files.isReadable(path) || Files.isDirectory(path)) {
      throw new StartRefused("OPS-040", "the file %s cannot be read.".formatted(path));
    }
    Target target = Target.find(ToolEnvironment.of(Settings.of(settings)));
    long started = System.nanoTime();
    long rows;
    try (LoadFile file = new LoadFile(path, Instant.now());
        Connection inventory = target.connect()) {
      inventory.setAutoCommit(false);
      rows = copy(file, inventory);
    } catch (SQLException failure) {
      throw refused(failure, target);
    }
    if (!badLines.isEmpty()) {
      badLines.forEach(System.err::println);
      System.err.printf("Nothing of %s was loaded.%n", path);
      return Hub.WRONG;
    }
    System.out.printf(
        Locale.ROOT,
        "%,d rows loaded into %s in %.1f s%n",
        rows,
        target.place(),
        (System.nanoTime() - started) / 1e9);
    return Hub.DONE;
  }

  private long copy(LoadFile file, Connection inventory) throws IOException, SQLException {
    CopyRows rows = new CopyRows(inventory);
    Progress progress = new Progress(System.err, "Loading");
    while (badLines.size() < MOST_BAD_LINES) {
      try {
        String line = file.nextLine();
        if (line == null) {
          break;
        }
        @Nullable String[] row = file.row(line);
        if (badLines.isEmpty()) {
          lineOfRow.add(file.lineNumber());
          rows.write(row);
        }
      } catch (LoadFile.BadLine bad) {
        badLines.add(
            "OPS-041 %s, line %d %s.".formatted(path, file.lineNumber(), bad.getMessage()));
      }
      progress.show(file.bytesRead(), file.bytesInAll());
    }
    if (!badLines.isEmpty()) {
      rows.cancel();
      inventory.rollback();
      return 0;
    }
    long count = rows.end();
    inventory.commit();
    progress.end(file.bytesInAll(), file.bytesInAll());
    return count;
  }

  private StartRefused refused(SQLException failure, Target target) {
    String state = String.valueOf(failure.getSQLState());
    String message = String.valueOf(failure.getMessage()).replaceAll("\\s+", " ");
    if (state.equals("42501")) {
      return new StartRefused(
          "OPS-042",
          "'%s' may not insert into %s. Set hub.inventory.migration.username and .password to a role that may."
              .formatted(target.username(), target.place()));
    }
    if (state.equals("42P01") || state.equals("3F000")) {
      return new StartRefused(
          "OPS-043",
          "there is no table inventory.outbox_event in %s. Start the hub once, which creates it."
              .formatted(target.place()));
    }
    Matcher line = COPY_LINE.matcher(message);
    if (line.find()) {
      int row = Integer.parseInt(line.group(1));
      long number = row <= lineOfRow.size() ? lineOfRow.get(row - 1) : row;
      return new StartRefused(
          "OPS-041",
          "%s, line %d was refused by PostgreSQL: %s. Nothing of the file was loaded."
              .formatted(path, number, message));
    }
    return new StartRefused(
        "OPS-044",
        "%s could not be loaded into %s: %s. Nothing of the file was loaded."
            .formatted(path, target.place(), message));
  }

  /** Where rows go, and who writes them. */
  record Target(String url, String username, String password) {
    /**
     * The configured inventory database; else that of the hub that runs embedded.
     *
     * @throws StartRefused OPS-045 if there is neither
     */
    static Target find(Environment environment) {
      String url = environment.getProperty("hub.inventory.datasource.url");
      if (url != null) {
        return of(environment::getProperty, url);
      }
      Path data = Path.of(environment.getProperty("hub.data-directory", "data"));
      Properties running =
          EmbeddedServers.running(data)
              .orElseThrow(
                  () ->
                      new StartRefused(
                          "OPS-045",
                          "no inventory database is configured and no hub runs embedded in %s. Run ./hub start in another terminal, or set hub.inventory.datasource.url, .username and .password."
                              .formatted(data)));
      return of(running::getProperty, running.getProperty("hub.inventory.datasource.url"));
    }

    private static Target of(
        java.util.function.Function<String, @Nullable String> setting, String url) {
      String owner = setting.apply("hub.inventory.migration.username");
      String prefix = owner == null ? "hub.inventory.datasource." : "hub.inventory.migration.";
      String username = setting.apply(prefix + "username");
      if (username == null) {
        throw new StartRefused(
            "OPS-046",
            "hub.inventory.datasource.url is set, but no username. Set hub.inventory.datasource.username and .password.");
      }
      String password = setting.apply(prefix + "password");
      return new Target(url, username, password == null ? "" : password);
    }

    Connection connect() {
      try {
        return DriverManager.getConnection(url, username, password);
      } catch (SQLException unreachable) {
        throw new StartRefused(
            "OPS-047",
            "the inventory database %s cannot be reached: %s."
                .formatted(place(), String.valueOf(unreachable.getMessage()).strip()));
      }
    }

    /** Without the parameters of the URL, which may hold secrets. */
    String place() {
      return url.replaceFirst("^jdbc:postgresql://", "").replaceFirst("[?].*$", "");
    }
  }
}
