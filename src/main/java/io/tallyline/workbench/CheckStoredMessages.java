package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.StrictJson;
import io.tallyline.workbench.StoredMessagesReport.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Holds stored messages against the schemas and mappings as they are now. */
public final class CheckStoredMessages {
  static final int MOST_SHOWN = 20;

  /** Becomes createdAt, about which no rule says more than that it is a time. */
  private static final Instant ANY_TIME = Instant.EPOCH;

  private final Mappings mappings;
  private final EventTables tables;
  private final Map<String, ContractSchema> schemas = new HashMap<>();
  private final Map<String, Set<String>> newlyDeclared = new HashMap<>();

  /**
   * @param mappings the folder {@code mappings}
   * @param report what the schemas there are compared with their released copies
   */
  public CheckStoredMessages(Path mappings, EventTables tables, ContractsReport report) {
    this.mappings = Mappings.open(mappings);
    this.tables = tables;
    for (ComparedSchema compared : report.schemas()) {
      if (compared.standing() != ComparedSchema.Standing.GONE) {
        schemas.put(compared.schema().name(), compared.schema());
        newlyDeclared.put(compared.schema().name(), newlyDeclared(compared));
      }
    }
  }

  private Set<String> newlyDeclared(ComparedSchema compared) {
    if (compared.changes().isEmpty()) {
      return Set.of();
    }
    JsonNode before = mappings.schema(compared.schema().releasedFile());
    return compared.changes().stream()
        .map(SchemaChange::place)
        .filter(place -> place.content() && isProperty(place.pointer()))
        .map(SchemaPlace::pointer)
        .filter(pointer -> before.at(pointer).isMissingNode())
        .collect(java.util.stream.Collectors.toUnmodifiableSet());
  }

  private static boolean isProperty(String pointer) {
    return pointer.substring(0, Math.max(0, pointer.lastIndexOf('/'))).endsWith("/properties");
  }

  public StoredMessagesReport check(StoredMessages messages) throws IOException {
    TreeMap<String, Long> checked = new TreeMap<>();
    TreeMap<String, Long> refused = new TreeMap<>();
    List<Refusal> first = new ArrayList<>();
    for (StoredMessage one = messages.next(); one != null; one = messages.next()) {
      checked.merge(one.name(), 1L, Long::sum);
      String error = error(one);
      if (error != null) {
        refused.merge(one.name(), 1L, Long::sum);
        if (first.size() < MOST_SHOWN) {
          first.add(new Refusal(one.place(), one.name(), error));
        }
      }
    }
    return new StoredMessagesReport(checked, refused, first);
  }

  private @Nullable String error(StoredMessage one) {
    try {
      return one.form() == StoredMessage.Form.OUTBOX_ROW ? row(one) : message(one);
    } catch (Rejected rejected) {
      return rejected.getMessage();
    }
  }

  private @Nullable String row(StoredMessage row) throws Rejected {
    List<MessageType> types = tables.of(row.name());
    if (types.isEmpty()) {
      return "WRK-210 no table 'events' of a route file names the event type '%s'"
          .formatted(row.name());
    }
    JsonNode event = StrictJson.parse(row.body());
    for (MessageType type : types) {
      mappings.translation(type.folder()).translate(event, ANY_TIME);
    }
    return null;
  }

  private @Nullable String message(StoredMessage message) throws Rejected {
    ContractSchema schema = schemas.get(message.name());
    if (schema == null || schema.kind() != SchemaKind.MESSAGE) {
      return "WRK-210 no schema is there for the routing key '%s'".formatted(message.name());
    }
    JsonNode body =
        StrictJson.parse(message.body().getBytes(StandardCharsets.UTF_8), Names.LARGEST_BODY_BYTES);
    mappings.contract(MessageType.ofRoutingKey(message.name()).folder()).check(body);
    for (String pointer : newlyDeclared.getOrDefault(message.name(), Set.of())) {
      if (carries(body, pointer.substring(1).split("/"), 0)) {
        return "WRK-211 it carries %s, which the released schema does not know: coming again, it would count as other content"
            .formatted(pointer);
      }
    }
    return null;
  }

  /**
   * @param steps {@code properties}, a name, {@code items}, …
   */
  private static boolean carries(JsonNode value, String[] steps, int from) {
    if (from == steps.length) {
      return !value.isMissingNode() && !value.isNull();
    }
    if (steps[from].equals("properties")) {
      String name = steps[from + 1].replace("~1", "/").replace("~0", "~");
      return carries(value.path(name), steps, from + 2);
    }
    for (JsonNode element : value) {
      if (carries(element, steps, from + 1)) {
        return true;
      }
    }
    return false;
  }
}
