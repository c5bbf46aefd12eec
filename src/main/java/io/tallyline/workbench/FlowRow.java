package io.tallyline.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A flow's line in the table of routes/README.md. It says what no route file does: where beans read
 * and write. People and pictures read the same table.
 *
 * @param route {@code <area>/<route>}
 * @param from as written
 * @param does as written
 * @param to in the order written
 * @param line of the page, from 1
 */
record FlowRow(String route, String from, String does, List<FlowEnd> to, String role, int line) {
  static final String PAGE = "README.md";
  static final String SHOWN = "routes/" + PAGE;

  private static final String LOOKED_AT = "looked at, nothing is taken";
  private static final List<String> HEAD = List.of("route", "from", "does", "to", "role");
  private static final Pattern ROUTE = Pattern.compile("`([a-z0-9-]+(?:/[a-z0-9-]+)*)`");
  private static final Pattern NAMED =
      Pattern.compile("(?:(exchange|queue|table|route)s? )?`([^`]+)`(?: (.*[^ ]))?");
  private static final Pattern MENTIONED = Pattern.compile("\\b(exchange|queue|table) `([^`]+)`");
  private static final String COMMA_OUTSIDE_NAMES = ",\\s*(?=(?:[^`]*`[^`]*`)*[^`]*$)";

  FlowRow {
    to = List.copyOf(to);
  }

  /** The table of a folder of routes, by route; what is wrong in it becomes a finding. */
  static Map<String, FlowRow> read(Path routes, Findings findings) {
    Map<String, FlowRow> rows = new TreeMap<>();
    Optional<String> page = SourceText.read(routes.resolve(PAGE), SHOWN, findings);
    if (page.isEmpty()) {
      return rows;
    }
    List<String> lines = page.get().lines().toList();
    int at = 0;
    while (at < lines.size() && !cells(lines.get(at)).equals(HEAD)) {
      at++;
    }
    if (at == lines.size()) {
      wrong(1, "there is no table with the columns " + HEAD, findings);
    }
    for (at += 2; at < lines.size() && lines.get(at).startsWith("|"); at++) {
      int line = at + 1;
      row(cells(lines.get(at)), line, findings)
          .filter(row -> rows.put(row.route(), row) != null)
          .ifPresent(
              row -> wrong(line, "'" + row.route() + "' stands in the table twice", findings));
    }
    return rows;
  }

  private static List<String> cells(String line) {
    String inner = line.strip().replaceFirst("^\\|", "").replaceFirst("\\|$", "");
    return Arrays.stream(inner.split("\\|", -1)).map(String::strip).toList();
  }

  private static Optional<FlowRow> row(List<String> cells, int line, Findings findings) {
    Matcher route = ROUTE.matcher(cells.get(0));
    if (cells.size() != HEAD.size() || !route.matches()) {
      wrong(line, "this is not `<area>/<route>` and four cells more", findings);
      return Optional.empty();
    }
    List<FlowEnd> to = new ArrayList<>();
    for (String item : cells.get(3).split(COMMA_OUTSIDE_NAMES)) {
      Optional<FlowEnd> end = end(item.strip());
      if (end.isEmpty()) {
        wrong(line, "'" + item.strip() + "' in the column 'to' names nothing known", findings);
        return Optional.empty();
      }
      to.add(end.get());
    }
    return Optional.of(
        new FlowRow(route.group(1), cells.get(1), cells.get(2), to, cells.get(4), line));
  }

  private static Optional<FlowEnd> end(String item) {
    Matcher named = NAMED.matcher(item);
    if (named.matches()) {
      String detail = named.group(3) == null ? "" : named.group(3);
      FlowEnd.Kind kind = kind(named.group(1) == null ? "route" : named.group(1));
      return Optional.of(new FlowEnd(kind, named.group(2), detail));
    }
    if (item.isEmpty() || item.contains("`")) {
      return Optional.empty();
    }
    return Optional.of(
        new FlowEnd(item.equals("ledger") ? FlowEnd.Kind.LEDGER : FlowEnd.Kind.OTHER, item));
  }

  private static FlowEnd.Kind kind(String word) {
    return switch (word) {
      case "exchange" -> FlowEnd.Kind.EXCHANGE;
      case "queue" -> FlowEnd.Kind.QUEUE;
      case "table" -> FlowEnd.Kind.TABLE;
      default -> FlowEnd.Kind.ROUTE;
    };
  }

  private static void wrong(int line, String what, Findings findings) {
    findings.add(
        SHOWN,
        line,
        0,
        "WRK-101",
        what,
        "Write a line as | `area/route` | from | does | to | role |, and in 'to', separated by"
            + " commas: exchange `name`, queue `name`, table `name`, `route`, ledger, or words"
            + " without a name");
  }

  /** The table that the flow reads rows of; empty if it begins elsewhere. */
  Optional<FlowEnd> table() {
    Matcher name = Pattern.compile("(?:table )?`([^`/]+\\.[^`/]+)`").matcher(from);
    return name.matches()
        ? Optional.of(new FlowEnd(FlowEnd.Kind.TABLE, name.group(1)))
        : Optional.empty();
  }

  /** What the flow looks at without taking anything from it: {@code counts the queue `x`}. */
  List<FlowEnd> looksAt() {
    return MENTIONED
        .matcher(does)
        .results()
        .map(found -> new FlowEnd(kind(found.group(1)), found.group(2), LOOKED_AT))
        .toList();
  }
}
