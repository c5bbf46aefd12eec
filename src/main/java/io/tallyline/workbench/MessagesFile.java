package io.tallyline.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.tallyline.contracts.StartRefused;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Stored messages, one JSON object a line, plain or compressed by gzip. A line is {@code
 * {"routing_key": …, "body": {…}}}, or an outbox row {@code {"event_type": …, "payload": {…}}}, or
 * the body alone if the whole file is of one routing key. Other keys beside these do not matter.
 */
public final class MessagesFile implements StoredMessages {
  private static final int LONGEST_LINE_BYTES = 64 * 1024 * 1024;
  private static final JsonFactory JSON = new JsonFactory();

  private final Path file;
  private final @Nullable String routingKey;
  private final InputStream bytes;
  private long lineNumber;

  private MessagesFile(Path file, @Nullable String routingKey, InputStream bytes) {
    this.file = file;
    this.routingKey = routingKey;
    this.bytes = bytes;
  }

  /**
   * @param routingKey of lines that are a body alone; null if there is none
   * @throws StartRefused WRK-207 if the file cannot be read
   */
  public static MessagesFile open(Path file, @Nullable String routingKey) {
    if (!Files.isRegularFile(file)) {
      throw unreadable(file, null);
    }
    try {
      BufferedInputStream plain = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
      plain.mark(2);
      boolean compressed = plain.read() == 0x1f && plain.read() == 0x8b;
      plain.reset();
      return new MessagesFile(
          file,
          routingKey,
          compressed
              ? new BufferedInputStream(new GZIPInputStream(plain, 1 << 16), 1 << 16)
              : plain);
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
  }

  private static StartRefused unreadable(Path file, @Nullable IOException failure) {
    String why = failure == null ? "" : ": " + failure.getMessage();
    return new StartRefused(
        "WRK-207", "the file %s cannot be read%s. Correct its name.".formatted(file, why), failure);
  }

  /**
   * @throws StartRefused WRK-208 if a line is of none of the forms
   */
  @Override
  public @Nullable StoredMessage next() {
    try {
      while (true) {
        byte[] line = readLine();
        if (line == null) {
          return null;
        }
        String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
        if (!text.isBlank()) {
          return message(text);
        }
      }
    } catch (CharacterCodingException wrong) {
      throw badLine("is not UTF-8");
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
  }

  private byte @Nullable [] readLine() throws IOException {
    int next = bytes.read();
    if (next < 0) {
      return null;
    }
    lineNumber++;
    ByteArrayOutputStream line = new ByteArrayOutputStream(2_048);
    while (next >= 0 && next != '\n') {
      if (line.size() == LONGEST_LINE_BYTES) {
        throw badLine("is longer than 64 MiB");
      }
      line.write(next);
      next = bytes.read();
    }
    return line.toByteArray();
  }

  private StoredMessage message(String line) {
    Map<String, String> values = values(line);
    String place = "line " + lineNumber;
    String payload = values.get("payload");
    String eventType = values.get("event_type");
    if (payload != null && eventType != null) {
      return new StoredMessage(place, StoredMessage.Form.OUTBOX_ROW, eventType, payload);
    }
    String body = values.get("body");
    String key = values.get("routing_key");
    if (body != null && key != null) {
      return new StoredMessage(place, StoredMessage.Form.MESSAGE, key, body);
    }
    if (routingKey == null) {
      throw badLine(
          "has neither routing_key and body nor event_type and payload; if lines are bodies alone,"
              + " say --routing-key");
    }
    return new StoredMessage(place, StoredMessage.Form.MESSAGE, routingKey, line);
  }

  /** Texts, and objects as they are written: their numbers must not pass through another form. */
  private Map<String, String> values(String line) {
    Map<String, String> values = new HashMap<>();
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw badLine("is not a JSON object");
      }
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        if (token == JsonToken.VALUE_STRING) {
          values.put(key, parser.getText());
        } else if (token.isStructStart()) {
          long begin = parser.currentTokenLocation().getCharOffset();
          parser.skipChildren();
          JsonLocation end = parser.currentTokenLocation();
          values.put(key, line.substring((int) begin, (int) end.getCharOffset() + 1));
        }
      }
      if (parser.nextToken() != null) {
        throw badLine("goes on after the JSON object");
      }
    } catch (JsonProcessingException wrong) {
      throw badLine("is not JSON: " + wrong.getOriginalMessage());
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
    return values;
  }

  private StartRefused badLine(String what) {
    return new StartRefused("WRK-208", "%s, line %d %s.".formatted(file, lineNumber, what));
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
