package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Collects what a comparison finds, and leaves out what hurts nobody of this kind of contract. */
final class FoundChanges {
  private final SchemaKind kind;
  private final List<SchemaChange> changes = new ArrayList<>();

  FoundChanges(SchemaKind kind) {
    this.kind = kind;
  }

  List<SchemaChange> all() {
    return List.copyOf(changes);
  }

  void unknown(SchemaPlace at, String before, String after) {
    add(at, before, after, Set.of(Breaks.UNKNOWN), "");
  }

  void rule(SchemaPlace at, JsonNode was, JsonNode is, String keyword, Set<Breaks> breaks) {
    String before = SchemaLimits.rule(was, keyword);
    add(at.keyword(keyword), before, SchemaLimits.rule(is, keyword), breaks, "");
  }

  /** A change that breaks nobody is kept only if there is something to remark about it. */
  void add(SchemaPlace at, String before, String after, Set<Breaks> breaks, String remark) {
    EnumSet<Breaks> found = EnumSet.noneOf(Breaks.class);
    found.addAll(breaks);
    if (!at.content()) {
      found.remove(Breaks.CONTENT_HASH);
    }
    if (found.isEmpty() && remark.isEmpty()) {
      return;
    }
    Set<Breaks> counted = kind.counted(found);
    boolean harmless = counted.isEmpty() && !found.isEmpty();
    String why = harmless ? "only the hub reads a domain event, and it accepts more now" : remark;
    changes.add(new SchemaChange(at, before, after, counted, why));
  }
}
