package io.tallyline.ops.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A message's body.
 *
 * @param size in bytes
 * @param text if it is UTF-8
 * @param base64 else so
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ShownBody(int size, @Nullable String text, @Nullable String base64) {
  static ShownBody of(byte[] body) {
    String text = ShownEvent.text(body);
    return new ShownBody(
        body.length, text, text == null ? Base64.getEncoder().encodeToString(body) : null);
  }
}
