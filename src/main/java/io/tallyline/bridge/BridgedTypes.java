package io.tallyline.bridge;

import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.RouteTable;
import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.CompiledTables;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The tables of the bridge's routes: which type of MassTransit is which integration message.
 *
 * @param byArrival what arrives (a URN inwards, a routing key outwards), and both names of it
 */
record BridgedTypes(Map<String, Pair> byArrival) {
  /** One line. */
  record Pair(MessageUrn urn, MessageType type) {}

  /**
   * Lines {@code urn:message:<Namespace>:<Type> -> <routing key>}.
   *
   * @throws StartRefused CON-001 or BRI-001
   */
  static BridgedTypes inwards(String table, String where) {
    Map<String, Pair> types = new LinkedHashMap<>();
    RouteTable.parse(table, where)
        .entries()
        .forEach((urn, key) -> types.put(urn, inward(new CompiledTables.Line(urn, key), where)));
    return new BridgedTypes(types);
  }

  /**
   * Lines {@code <routing key> -> <Namespace>:<Type>}.
   *
   * @throws StartRefused CON-001 or BRI-001
   */
  static BridgedTypes outwards(String table, String where) {
    Map<String, Pair> types = new LinkedHashMap<>();
    RouteTable.parse(table, where)
        .entries()
        .forEach((key, name) -> types.put(key, outward(new CompiledTables.Line(key, name), where)));
    return new BridgedTypes(types);
  }

  static Pair inward(CompiledTables.Line line, String where) {
    return pair(
        where, () -> MessageUrn.ofUrn(line.left()), () -> MessageType.ofRoutingKey(line.right()));
  }

  static Pair outward(CompiledTables.Line line, String where) {
    return pair(
        where, () -> MessageUrn.ofName(line.right()), () -> MessageType.ofRoutingKey(line.left()));
  }

  private static Pair pair(String where, Supplier<MessageUrn> urn, Supplier<MessageType> type) {
    try {
      return new Pair(urn.get(), type.get());
    } catch (IllegalArgumentException wrong) {
      throw new StartRefused(
          "BRI-001", "%s: %s. Correct the line.".formatted(where, wrong.getMessage()), wrong);
    }
  }
}
