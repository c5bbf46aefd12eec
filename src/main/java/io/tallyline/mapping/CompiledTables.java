package io.tallyline.mapping;

import io.tallyline.contracts.RouteTable;
import io.tallyline.contracts.StartRefused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What the lines of tables in route files stand for, compiled from the files they name. Follows
 * those files when it is given them anew: a line that no longer compiles goes on as it was, and the
 * others are not held up by it. Thread-safe.
 *
 * @param <L> what one line stands for
 * @param <T> what a whole table stands for
 */
public final class CompiledTables<L, T> {
  /** Compiles one line. */
  public interface LineCompiler<L> {
    /**
     * @param where the route and property the table stands in, for errors
     * @throws StartRefused if the line or a file it names is wrong
     */
    L compile(Mappings mappings, Line line, String where);
  }

  /** One line of a table: {@code left -> right}. */
  public record Line(String left, String right) {}

  /** The files as they were, with all that was compiled from them; replaced as a whole. */
  private record State<L, T>(Mappings mappings, Map<Line, L> lines, Map<String, T> tables) {}

  private static final String UNCHECKED = "a table";
  private static final int MOST_TABLES = 64;

  private final LineCompiler<L> compiler;
  private final Function<Map<String, L>, T> table;

  /** Tables by where they stand, or by themselves where only their use is known. */
  private final Map<String, String> inUse = new LinkedHashMap<>();

  private volatile State<L, T> state;

  /**
   * @param table makes the whole of a table from its lines, by their left sides
   */
  public CompiledTables(
      Mappings mappings, LineCompiler<L> compiler, Function<Map<String, L>, T> table) {
    this.compiler = compiler;
    this.table = table;
    this.state = new State<>(mappings, new HashMap<>(), new ConcurrentHashMap<>());
  }

  /**
   * Compiles all that a table names, so that a broken file is found now and not by an event.
   *
   * @param where the route and property it stands in; replaces what stood there before
   * @throws StartRefused if the table or a file it names is wrong
   */
  public synchronized T check(String text, String where) {
    T compiled = compile(text, where);
    inUse.put(where, text);
    return compiled;
  }

  /** The table as it runs now; compiles it if nobody has checked it. */
  public T get(String text) {
    T compiled = state.tables().get(text);
    return compiled != null ? compiled : compileUnchecked(text);
  }

  private synchronized T compileUnchecked(String text) {
    T compiled = compile(text, UNCHECKED);
    inUse.put(text, text);
    if (inUse.size() > MOST_TABLES) {
      inUse.remove(inUse.keySet().iterator().next());
    }
    return compiled;
  }

  private T compile(String text, String where) {
    State<L, T> current = state;
    Map<String, L> lines = new LinkedHashMap<>();
    RouteTable.parse(text, where)
        .entries()
        .forEach(
            (left, right) -> {
              Line line = new Line(left, right);
              L compiled = current.lines().get(line);
              if (compiled == null) {
                compiled = compiler.compile(current.mappings(), line, where);
                current.lines().put(line, compiled);
              }
              lines.put(left, compiled);
            });
    T compiled = table.apply(lines);
    current.tables().put(text, compiled);
    return compiled;
  }

  /**
   * Compiles all tables in use from other files, and from now on uses those.
   *
   * @return why lines stay as they were, one error for each
   */
  public synchronized List<StartRefused> use(Mappings fresh) {
    State<L, T> before = state;
    List<StartRefused> kept = new ArrayList<>();
    Map<Line, L> lines = new HashMap<>();
    Set<String> texts = new LinkedHashSet<>(inUse.values());
    inUse.forEach(
        (where, text) ->
            RouteTable.parse(text, where)
                .entries()
                .forEach(
                    (left, right) ->
                        lines.computeIfAbsent(
                            new Line(left, right),
                            line -> recompile(before, fresh, line, where, kept))));
    state = new State<>(fresh, lines, new ConcurrentHashMap<>());
    texts.forEach(text -> compile(text, UNCHECKED));
    return kept;
  }

  private L recompile(
      State<L, T> before, Mappings fresh, Line line, String where, List<StartRefused> kept) {
    try {
      return compiler.compile(fresh, line, where);
    } catch (StartRefused broken) {
      kept.add(broken);
      return java.util.Objects.requireNonNull(before.lines().get(line));
    }
  }
}
