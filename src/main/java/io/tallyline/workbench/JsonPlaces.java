package io.tallyline.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where in a JSON text each of its values stands, so that a finding has a line. */
final class JsonPlaces {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  /** Line and column from 1; 0 for a file as a whole. */
  record Place(int line, int column) {
    static final Place WHOLE_FILE = new Place(0, 0);

    static Place of(JsonLocation location) {
      return new Place(location.getLineNr(), location.getColumnNr());
    }
  }

  /** What makes a text no JSON. */
  record Broken(Place place, String what) {}

  private final Map<String, Place> places = new HashMap<>();
  private @Nullable Broken broken;

  private JsonPlaces() {}

  /** Reads as far as the text is JSON. */
  static JsonPlaces of(String text) {
    JsonPlaces result = new JsonPlaces();
    try (JsonParser parser = FACTORY.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        String pointer = parser.getParsingContext().pathAsPointer().toString();
        result.places.putIfAbsent(pointer, Place.of(parser.currentTokenLocation()));
      }
    } catch (JsonProcessingException wrong) {
      Place place = wrong.getLocation() == null ? Place.WHOLE_FILE : Place.of(wrong.getLocation());
      result.broken = new Broken(place, wrong.getOriginalMessage().replaceAll("\\s+", " "));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return result;
  }

  Optional<Broken> broken() {
    return Optional.ofNullable(broken);
  }

  /** Of a JSON pointer's value (its key, inside an object), or of the nearest around it. */
  Place at(String pointer) {
    String nearest = pointer;
    while (!places.containsKey(nearest) && !nearest.isEmpty()) {
      nearest = nearest.substring(0, Math.max(0, nearest.lastIndexOf('/')));
    }
    return places.getOrDefault(nearest, new Place(1, 1));
  }
}
