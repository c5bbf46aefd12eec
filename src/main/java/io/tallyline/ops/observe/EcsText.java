package io.tallyline.ops.observe;

import org.springframework.boot.json.JsonWriter;
import org.springframework.boot.json.JsonWriter.ValueProcessor;
import org.springframework.boot.logging.structured.StructuredLoggingJsonMembersCustomizer;

/**
 * Encodes every text of a JSON line as a text line has it: who prints a field on a terminal gets no
 * control character either. A stack trace keeps its lines, which JSON encodes by itself.
 */
public final class EcsText implements StructuredLoggingJsonMembersCustomizer<Object> {
  @Override
  public void customize(JsonWriter.Members<Object> members) {
    members.applyingValueProcessor(
        ValueProcessor.of(String.class, Encoded::text)
            .whenHasUnescapedPath(path -> !path.endsWith("stack_trace")));
  }
}
