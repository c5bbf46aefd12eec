package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.workbench.JsonPlaces.Place;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A YAML document as a tree, and the line of each of its values by JSON pointer. */
final class YamlSource {
  private static final int MOST_NODES = 100_000;
  private static final int DEEPEST = 100;

  /** The text is not one YAML document, or says something twice. */
  static final class Broken extends Exception {
    private final Place place;

    Broken(Place place, String what) {
      super(what, null, false, false);
      this.place = place;
    }

    Place place() {
      return place;
    }
  }

  private final List<String> lines;
  private final Map<String, Place> places = new HashMap<>();
  private final Map<String, ScalarNode> scalars = new HashMap<>();
  private final JsonNode tree;
  private int nodes;

  private YamlSource(String text) throws Broken {
    this.lines = text.lines().toList();
    this.tree = tree(compose(text), "", 0);
  }

  static YamlSource parse(String text) throws Broken {
    return new YamlSource(text);
  }

  private static Node compose(String text) throws Broken {
    try {
      Node root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
      if (root == null) {
        throw new Broken(new Place(1, 1), "the file is empty");
      }
      return root;
    } catch (MarkedYAMLException wrong) {
      String context = wrong.getContext() == null ? "" : wrong.getContext() + ", ";
      throw new Broken(place(wrong.getProblemMark()), context + wrong.getProblem());
    } catch (YAMLException wrong) {
      throw new Broken(
          Place.WHOLE_FILE, String.valueOf(wrong.getMessage()).replaceAll("\\s+", " "));
    }
  }

  private static Place place(@Nullable Mark mark) {
    return mark == null ? Place.WHOLE_FILE : new Place(mark.getLine() + 1, mark.getColumn() + 1);
  }

  private JsonNode tree(Node node, String at, int depth) throws Broken {
    places.putIfAbsent(at, place(node.getStartMark()));
    if (++nodes > MOST_NODES || depth > DEEPEST) {
      throw new Broken(place(node.getStartMark()), "the file is nested too deep, or too large");
    }
    if (node instanceof MappingNode mapping) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      for (NodeTuple entry : mapping.getValue()) {
        String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
        String here = at + "/" + step(key);
        if (object.has(key)) {
          throw new Broken(
              place(entry.getKeyNode().getStartMark()), "the key '" + key + "' stands here twice");
        }
        places.put(here, place(entry.getKeyNode().getStartMark()));
        object.set(key, tree(entry.getValueNode(), here, depth + 1));
      }
      return object;
    }
    if (node instanceof SequenceNode sequence) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      for (Node element : sequence.getValue()) {
        array.add(tree(element, at + "/" + array.size(), depth + 1));
      }
      return array;
    }
    scalars.put(at, (ScalarNode) node);
    return scalar((ScalarNode) node);
  }

  private static JsonNode scalar(ScalarNode node) {
    String text = node.getValue();
    JsonNodeFactory make = JsonNodeFactory.instance;
    try {
      if (node.getTag().equals(Tag.NULL)) {
        return make.nullNode();
      }
      if (node.getTag().equals(Tag.BOOL)) {
        return make.booleanNode(text.matches("(?i)true|yes|on"));
      }
      if (node.getTag().equals(Tag.INT)) {
        return make.numberNode(new BigInteger(text.replace("_", "")));
      }
      if (node.getTag().equals(Tag.FLOAT)) {
        return make.numberNode(new BigDecimal(text.replace("_", "")));
      }
    } catch (NumberFormatException otherNotation) {
      return make.textNode(text);
    }
    return make.textNode(text);
  }

  JsonNode tree() {
    return tree;
  }

  /** Of a key, or of an element of a list; the nearest around it if there is none. */
  Place at(String pointer) {
    String nearest = pointer;
    while (!places.containsKey(nearest) && !nearest.isEmpty()) {
      nearest = nearest.substring(0, Math.max(0, nearest.lastIndexOf('/')));
    }
    return places.getOrDefault(nearest, new Place(1, 1));
  }

  /**
   * Of a word inside a text.
   *
   * @param index of the line within the text, from 0
   */
  Place inside(String pointer, int index, String word) {
    ScalarNode node = scalars.get(pointer);
    if (node == null) {
      return at(pointer);
    }
    boolean block =
        node.getScalarStyle() == ScalarStyle.LITERAL || node.getScalarStyle() == ScalarStyle.FOLDED;
    int line = node.getStartMark().getLine() + 1 + index + (block ? 1 : 0);
    int column = line <= lines.size() ? lines.get(line - 1).indexOf(word) + 1 : 0;
    return new Place(line, column);
  }

  /** A key as a step of a JSON pointer. */
  static String step(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }
}
