package io.tallyline.contracts;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several versions of one event, as tables and the header hub-versions name them.
 *
 * @param types at least one, ascending, all of one event
 */
public record MessageVersions(List<MessageType> types) {
  private static final int MOST_VERSIONS = 16;
  private static final Pattern LIST =
      Pattern.compile("(.*[./])(v[0-9]{1,9}(?:\\s*,\\s*v[0-9]{1,9})*)", Pattern.DOTALL);
  private static final Pattern HEADER =
      Pattern.compile("\\s*v[1-9][0-9]{0,3}(\\s*,\\s*v[1-9][0-9]{0,3}){0,63}\\s*");

  public MessageVersions {
    types = List.copyOf(types);
  }

  /**
   * Reads {@code <module>/<event>/v1} or {@code <module>/<event>/v1,v2}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static MessageVersions ofFolders(String text) {
    return of(text, MessageType::ofFolder);
  }

  /**
   * Reads {@code <module>.<event>.v1} or {@code <module>.<event>.v1,v2}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static MessageVersions ofRoutingKeys(String text) {
    return of(text, MessageType::ofRoutingKey);
  }

  private static MessageVersions of(String text, Function<String, MessageType> type) {
    Matcher list = LIST.matcher(text);
    if (!list.matches()) {
      return new MessageVersions(List.of(type.apply(text)));
    }
    List<MessageType> types = new ArrayList<>();
    for (String version : list.group(2).split(",")) {
      types.add(type.apply(list.group(1) + version.strip()));
    }
    types.sort(java.util.Comparator.comparingInt(MessageType::version));
    if (types.size() > MOST_VERSIONS || numbers(types).size() < types.size()) {
      throw new IllegalArgumentException(
          "'%s' names a version twice, or more than %d".formatted(text, MOST_VERSIONS));
    }
    return new MessageVersions(types);
  }

  /**
   * Which versions an event was published in, as its header says; whatever it says, a message is
   * there in its own.
   *
   * @param header hub-versions, believed as far as it has the form {@code v1,v2}
   */
  public static NavigableSet<Integer> published(@Nullable Object header, int own) {
    NavigableSet<Integer> versions = new TreeSet<>();
    versions.add(own);
    String text = header == null ? "" : header.toString();
    if (HEADER.matcher(text).matches()) {
      for (String version : text.split(",")) {
        versions.add(Integer.parseInt(version.strip().substring(1)));
      }
    }
    return Collections.unmodifiableNavigableSet(versions);
  }

  /** {@code v1,v2}. */
  public static String text(Collection<Integer> versions) {
    return versions.stream()
        .sorted()
        .map(version -> "v" + version)
        .collect(Collectors.joining(","));
  }

  private static NavigableSet<Integer> numbers(List<MessageType> types) {
    NavigableSet<Integer> numbers = new TreeSet<>();
    types.forEach(type -> numbers.add(type.version()));
    return numbers;
  }

  /** For example 1 and 2. */
  public NavigableSet<Integer> numbers() {
    return numbers(types);
  }

  public MessageType highest() {
    return types.get(types.size() - 1);
  }

  /** Of all versions: {@code inventory.sales-transaction-created}. */
  public String name() {
    return highest().name();
  }

  @Override
  public String toString() {
    return name() + "." + text(numbers());
  }
}
