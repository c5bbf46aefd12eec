package io.tallyline.ops;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of outbox rows: one JSON object a line, keys are column names; plain or compressed by
 * gzip.
 */
final class LoadFile implements AutoCloseable {
  static final String[] COLUMNS = {
    "event_id",
    "aggregate_type",
    "aggregate_id",
    "event_type",
    "payload",
    "correlation_id",
    "traceparent",
    "occurred_at"
  };
  private static final Set<String> KNOWN = Set.of(COLUMNS);
  private static final Set<String> REQUIRED =
      Set.of("aggregate_type", "aggregate_id", "event_type", "payload");
  private static final int LONGEST_LINE_BYTES = 64 * 1024 * 1024;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /** A line that is not an outbox row. */
  static final class BadLine extends Exception {
    BadLine(String reason) {
      super(reason, null, false, false);
    }
  }

  private final CountingStream counted;
  private final InputStream bytes;
  private final long size;
  private final Instant now;
  private long lineNumber;

  LoadFile(Path file, Instant now) throws IOException {
    this.size = Files.size(file);
    this.counted = new CountingStream(new FileInputStream(file.toFile()));
    BufferedInputStream buffered = new BufferedInputStream(counted, 1 << 16);
    buffered.mark(2);
    boolean compressed = buffered.read() == 0x1f && buffered.read() == 0x8b;
    buffered.reset();
    this.bytes =
        compressed
            ? new BufferedInputStream(new GZIPInputStream(buffered, 1 << 16), 1 << 16)
            : buffered;
    this.now = now;
  }

  long bytesRead() {
    return counted.count;
  }

  long bytesInAll() {
    return size;
  }

  /** Of the line read last, from 1. */
  long lineNumber() {
    return lineNumber;
  }

  /** The next line that is not blank; null at the end. */
  @Nullable String nextLine() throws IOException, BadLine {
    while (true) {
      byte[] line = readLine();
      if (line == null) {
        return null;
      }
      lineNumber++;
      String text = decode(line);
      if (!text.isBlank()) {
        return text;
      }
    }
  }

  private byte @Nullable [] readLine() throws IOException, BadLine {
    ByteArrayOutputStream line = new ByteArrayOutputStream(2_048);
    int next = bytes.read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n') {
      if (line.size() == LONGEST_LINE_BYTES) {
        lineNumber++;
        throw new BadLine("is longer than 64 MiB");
      }
      line.write(next);
      next = bytes.read();
    }
    return line.toByteArray();
  }

  private static String decode(byte[] line) throws BadLine {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
    } catch (CharacterCodingException wrong) {
      throw new BadLine("is not UTF-8");
    }
  }

  /**
   * The columns of a row, in the order of {@link #COLUMNS}; null where the column is null. The
   * payload stands exactly as written.
   */
  @Nullable String[] row(String line) throws BadLine {
    Map<String, @Nullable String> values = values(line);
    for (String required : REQUIRED) {
      String value = values.get(required);
      if (value == null || value.isBlank()) {
        throw new BadLine("has no " + required);
      }
    }
    values.putIfAbsent("event_id", UUID.randomUUID().toString());
    values.putIfAbsent("occurred_at", now.toString());
    checkForms(values);
    @Nullable String[] row = new String[COLUMNS.length];
    for (int i = 0; i < COLUMNS.length; i++) {
      row[i] = values.get(COLUMNS[i]);
    }
    return row;
  }

  private static void checkForms(Map<String, @Nullable String> values) throws BadLine {
    try {
      UUID.fromString(values.get("event_id"));
    } catch (IllegalArgumentException wrong) {
      throw new BadLine("has an event_id that is no UUID: " + values.get("event_id"));
    }
    try {
      OffsetDateTime.parse(values.get("occurred_at"));
    } catch (DateTimeException wrong) {
      throw new BadLine(
          "has an occurred_at that is no time with an offset: " + values.get("occurred_at"));
    }
  }

  private static Map<String, @Nullable String> values(String line) throws BadLine {
    Map<String, @Nullable String> values = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BadLine("is not a JSON object");
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String column = parser.currentName();
        if (!KNOWN.contains(column)) {
          throw new BadLine(
              "has the key '%s', which is no column; columns are %s"
                  .formatted(column, String.join(", ", COLUMNS)));
        }
        parser.nextToken();
        String value = column.equals("payload") ? object(parser, line) : text(parser, column);
        if (value != null) {
          values.put(column, value);
        }
      }
      if (parser.nextToken() != null) {
        throw new BadLine("goes on after the JSON object");
      }
    } catch (JsonProcessingException wrong) {
      throw new BadLine("is not JSON: " + wrong.getOriginalMessage());
    } catch (IOException impossible) {
      throw new BadLine("cannot be read: " + impossible.getMessage());
    }
    return values;
  }

  private static @Nullable String text(JsonParser parser, String column)
      throws IOException, BadLine {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw new BadLine("has a " + column + " that is no text");
    }
    String text = parser.getText();
    if (text.indexOf('\u0000') >= 0) {
      throw new BadLine("has a NUL in " + column + ", which PostgreSQL cannot hold");
    }
    return text;
  }

  private static String object(JsonParser parser, String line) throws IOException, BadLine {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new BadLine("has a payload that is no object");
    }
    int begin = (int) parser.currentTokenLocation().getCharOffset();
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw new BadLine("ends within the payload");
      }
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if ((token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME)
          && parser.getText().indexOf('\u0000') >= 0) {
        throw new BadLine("has a NUL in the payload, which PostgreSQL cannot hold");
      }
    }
    int end = (int) parser.currentTokenLocation().getCharOffset() + 1;
    return line.substring(begin, end);
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }

  /** Counts what was read of the file itself, for the progress bar. */
  private static final class CountingStream extends java.io.FilterInputStream {
    private long count;

    CountingStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      count += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }
}
