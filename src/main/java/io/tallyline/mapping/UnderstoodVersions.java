package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.MessageVersions;
import io.tallyline.contracts.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * One event as a consumer sees it that understands several versions: whatever version arrives is
 * checked as what it is and brought up to the newest, step by step. Thread-safe.
 */
public final class UnderstoodVersions {
  private final MessageVersions versions;
  private final NavigableMap<Integer, MessageContract> contracts;
  private final Map<Integer, Mapping> upcasts;

  /**
   * @param contracts of every version from the lowest understood to the highest
   * @param upcasts by the version they make; from all but the lowest
   */
  UnderstoodVersions(
      MessageVersions versions,
      Map<Integer, MessageContract> contracts,
      Map<Integer, Mapping> upcasts) {
    this.versions = versions;
    this.contracts = new TreeMap<>(contracts);
    this.upcasts = Map.copyOf(upcasts);
  }

  public MessageVersions versions() {
    return versions;
  }

  /**
   * A message that is as its contract says, in the newest version.
   *
   * @param body in the newest version
   * @param contentHash of that body, with the version as prefix
   * @param olderHashes of the same content in the older versions it went through, for comparing
   *     with what was recorded before the newest version was understood; computed on demand
   */
  public record Newest(JsonNode body, String contentHash, Supplier<List<String>> olderHashes) {}

  /**
   * @param version one of those understood
   * @throws Rejected schema (MAP-022; MAP-026 an upcast made no message of its version; MAP-024 it
   *     failed), totals (MAP-023)
   */
  public Newest read(int version, JsonNode message) throws Rejected {
    contract(version).check(message);
    List<MessageContract> older = new ArrayList<>();
    List<JsonNode> bodies = new ArrayList<>();
    MessageContract newest = contract(version);
    JsonNode body = message;
    for (int next = version + 1; next <= versions.highest().version(); next++) {
      older.add(newest);
      bodies.add(body);
      Mapping upcast = java.util.Objects.requireNonNull(upcasts.get(next));
      newest = contract(next);
      body = upcast.apply(body, Map.of());
      newest.check(body, "MAP-026", "the message that " + upcast.file() + " makes");
    }
    return new Newest(body, newest.contentHash(body), () -> hashes(older, bodies));
  }

  private static List<String> hashes(List<MessageContract> contracts, List<JsonNode> bodies) {
    List<String> hashes = new ArrayList<>();
    for (int i = 0; i < contracts.size(); i++) {
      hashes.add(contracts.get(i).contentHash(bodies.get(i)));
    }
    return hashes;
  }

  private MessageContract contract(int version) {
    MessageContract contract = contracts.get(version);
    if (contract == null) {
      throw new IllegalArgumentException(
          new MessageType(versions.highest().module(), versions.highest().event(), version)
              + " is not among "
              + versions);
    }
    return contract;
  }
}
