package io.tallyline.ops.alerts;

import io.micrometer.core.instrument.Tag;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What tells series of one metric, and alerts of one rule, apart.
 *
 * @param values by name, sorted
 */
record Labels(Map<String, String> values) {
  Labels {
    values = java.util.Collections.unmodifiableMap(new TreeMap<>(values));
  }

  static Labels of(List<Tag> tags) {
    Map<String, String> values = new TreeMap<>();
    tags.forEach(tag -> values.put(tag.getKey(), tag.getValue()));
    return new Labels(values);
  }

  /** Only those of these names. */
  Labels only(Collection<String> names) {
    Map<String, String> kept = new TreeMap<>(values);
    kept.keySet().retainAll(names);
    return new Labels(kept);
  }

  String get(String name) {
    return values.getOrDefault(name, "");
  }
}
