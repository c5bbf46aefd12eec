package io.tallyline.workbench;

import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.MessageVersions;
import io.tallyline.contracts.RouteTable;
import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** The tables {@code events} of the route files: what each event type is published as. */
public final class EventTables {
  private static final String TABLE = "events";
  private static final String WRONG = "WRK-209";

  private final Map<String, List<MessageType>> byEventType = new LinkedHashMap<>();

  private EventTables() {}

  /**
   * @param routes the folder {@code routes}
   * @throws StartRefused WRK-209 if a route file cannot be read, CON-001 if a table is wrong
   */
  public static EventTables in(Path routes) {
    EventTables tables = new EventTables();
    try (Stream<Path> files = Files.walk(routes)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".camel.yaml")).toList()) {
        String shown = "routes/" + routes.relativize(file);
        try (Reader reader = Files.newBufferedReader(file)) {
          tables.collect(new Yaml(new SafeConstructor(new LoaderOptions())).load(reader), shown);
        } catch (YAMLException broken) {
          throw new StartRefused(
              WRONG, shown + " is not YAML; correct it: " + firstLine(broken), broken);
        }
      }
    } catch (IOException unreadable) {
      throw new StartRefused(
          WRONG,
          "the route files in " + routes + " cannot be read; set hub.routes-directory",
          unreadable);
    }
    return tables;
  }

  private static String firstLine(YAMLException broken) {
    return String.valueOf(broken.getMessage()).lines().findFirst().orElse("");
  }

  /** Every version it is published in; empty if no table names it. */
  List<MessageType> of(String eventType) {
    return byEventType.getOrDefault(eventType, List.of());
  }

  private void collect(Object node, String file) {
    if (node instanceof Map<?, ?> map) {
      if (TABLE.equals(map.get("name"))
          && map.get("constant") instanceof Map<?, ?> constant
          && constant.get("expression") instanceof String table) {
        RouteTable.parse(table, file + ", " + TABLE)
            .entries()
            .forEach((type, folders) -> byEventType.put(type, versions(folders, file)));
      }
      map.values().forEach(value -> collect(value, file));
    } else if (node instanceof List<?> list) {
      list.forEach(element -> collect(element, file));
    }
  }

  private static List<MessageType> versions(String folders, String file) {
    try {
      return MessageVersions.ofFolders(folders).types();
    } catch (IllegalArgumentException wrong) {
      throw new StartRefused(
          WRONG, file + ", " + TABLE + ": " + wrong.getMessage() + ". Correct the line.", wrong);
    }
  }
}
