package io.tallyline.ops.observe;

import java.util.stream.Collectors;
import org.springframework.boot.json.JsonWriter;
import org.springframework.boot.json.JsonWriter.ValueProcessor;
import org.springframework.boot.logging.structured.StructuredLoggingJsonMembersCustomizer;

/**
 * Encodes every text of a JSON line as a text line has it: who prints a field on a terminal gets no
 * control character either. A stack trace keeps its lines, which JSON encodes by itself.
 */
public final class EcsText implements StructuredLoggingJsonMembersCustomizer<Object> {
  private static final String STACK_TRACE = "stack_trace";

  @Override
  public void customize(JsonWriter.Members<Object> members) {
    members.applyingValueProcessor(
        ValueProcessor.<String>of(String.class, Encoded::text)
            .whenHasPath(path -> !STACK_TRACE.equals(path.name())));
    members.applyingValueProcessor(
        ValueProcessor.<String>of(String.class, EcsText::lines)
            .whenHasPath(path -> STACK_TRACE.equals(path.name())));
  }

  private static String lines(String trace) {
    return trace.lines().map(Encoded::text).collect(Collectors.joining("\n"));
  }
}
