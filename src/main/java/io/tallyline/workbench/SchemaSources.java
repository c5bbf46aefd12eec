package io.tallyline.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Finds the line of a schema's file that a pointer into the schema without references means. */
final class SchemaSources {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_REFERENCES = 24;

  /**
   * @param line of the innermost place that the schema's own file has, from 1
   * @param column from 1
   * @param by {@code mappings/types.schema.json:49} if the rule itself stands there; else empty
   */
  record Place(int line, int column, String by) {}

  private record Source(JsonNode tree, Map<String, JsonLocation> places) {}

  private final Path root;
  private final Map<String, Source> sources = new HashMap<>();

  SchemaSources(Path root) {
    this.root = root;
  }

  /**
   * @param file below the mappings folder, known to be a schema
   * @param pointer into the schema as it is once every reference is replaced
   */
  Place find(String file, String pointer) {
    String inFile = file;
    String at = "";
    JsonLocation own = place(file, "");
    for (String step : pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1)) {
      for (int i = 0; i < MOST_REFERENCES && !has(inFile, at + "/" + step); i++) {
        JsonNode reference = source(inFile).tree().at(at).path("$ref");
        if (!reference.isTextual()) {
          return answer(file, own, inFile, at);
        }
        String[] target = reference.asText().split("#", 2);
        inFile = target[0].isEmpty() ? inFile : below(inFile, target[0]);
        at = target.length < 2 ? "" : target[1];
      }
      if (!has(inFile, at + "/" + step)) {
        return answer(file, own, inFile, at);
      }
      at = at + "/" + step;
      own = inFile.equals(file) ? place(file, at) : own;
    }
    return answer(file, own, inFile, at);
  }

  private Place answer(String file, JsonLocation own, String inFile, String at) {
    String by =
        inFile.equals(file) ? "" : "mappings/" + inFile + ":" + place(inFile, at).getLineNr();
    return new Place(own.getLineNr(), own.getColumnNr(), by);
  }

  private static String below(String file, String reference) {
    return Path.of(file).resolveSibling(reference).normalize().toString().replace('\\', '/');
  }

  private boolean has(String file, String pointer) {
    return source(file).places().containsKey(pointer);
  }

  private JsonLocation place(String file, String pointer) {
    return source(file).places().getOrDefault(pointer, new JsonLocation(null, 0, 1, 1));
  }

  private Source source(String file) {
    return sources.computeIfAbsent(file, this::read);
  }

  private Source read(String file) {
    try {
      String text = Files.readString(root.resolve(file));
      Map<String, JsonLocation> places = new HashMap<>();
      try (JsonParser parser = new JsonFactory().createParser(text)) {
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
          if (!token.isStructEnd()) {
            String pointer = parser.getParsingContext().pathAsPointer().toString();
            places.putIfAbsent(pointer, parser.currentTokenLocation());
          }
        }
      }
      return new Source(JSON.readTree(text), places);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
