package io.tallyline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * A place in a YAML file, for tests that look at what a deployment says. What is not there is an
 * empty place, so that a question about it can be asked and fails with the name of the place.
 *
 * @param where for people
 * @param value a map, list or scalar; null where there is nothing
 */
public record YamlNode(String where, Object value) {
  /** Every document of a file; duplicate keys are refused. */
  public static List<YamlNode> documents(Path file) {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<YamlNode> documents = new ArrayList<>();
    try {
      for (Object document :
          new Yaml(new SafeConstructor(options)).loadAll(Files.readString(file))) {
        documents.add(new YamlNode(file.getFileName().toString(), document));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return documents;
  }

  /** The place that these keys lead to; numbers lead into lists. */
  public YamlNode at(Object... keys) {
    YamlNode node = this;
    for (Object key : keys) {
      node = node.child(key);
    }
    return node;
  }

  private YamlNode child(Object key) {
    Object child = null;
    if (value instanceof Map<?, ?> map) {
      child = map.get(key);
    } else if (value instanceof List<?> list
        && key instanceof Integer index
        && index < list.size()) {
      child = list.get(index);
    }
    return new YamlNode(where + " " + key, child);
  }

  public boolean exists() {
    return value != null;
  }

  /** The scalar as text; empty if there is none. */
  public String text() {
    return value == null ? "" : value.toString();
  }

  public Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    if (value instanceof Map<?, ?> map) {
      map.keySet().forEach(key -> keys.add(key.toString()));
    }
    return keys;
  }

  public List<YamlNode> items() {
    List<YamlNode> items = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        items.add(at(i));
      }
    }
    return items;
  }

  public List<String> texts() {
    return items().stream().map(YamlNode::text).toList();
  }

  @Override
  public String toString() {
    return where;
  }
}
