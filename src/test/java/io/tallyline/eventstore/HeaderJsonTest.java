package io.tallyline.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeaderJsonTest {
  @Test
  void every_kind_of_header_comes_back_as_it_was() {
    Map<String, Object> headers = new LinkedHashMap<>();
    headers.put("text", "ünï");
    headers.put("nul", "a\u0000b");
    headers.put("number", 42L);
    headers.put("decimal", new BigDecimal("1.10"));
    headers.put("yes", true);
    headers.put("time", Date.from(Instant.parse("2026-01-02T03:04:05Z")));
    headers.put("list", List.of("a", 1L, Map.of("b", 2L)));
    headers.put("looks-like-ours", Map.of("$bytes", "no base64 at all"));
    headers.put("nothing", null);

    Map<String, Object> back = HeaderJson.toMap(HeaderJson.of(headers));

    assertThat(back).isEqualTo(headers);
  }

  @Test
  void bytes_come_back_as_they_were() {
    byte[] bytes = {0, 1, (byte) 0xff};

    Map<String, Object> back = HeaderJson.toMap(HeaderJson.of(Map.of("bytes", bytes)));

    assertThat((byte[]) back.get("bytes")).isEqualTo(bytes);
  }

  @Test
  void nothing_that_the_database_refuses_is_left_in_the_json() {
    String json = HeaderJson.of(Map.of("a\u0000", "\u0000", "b", "\ud800")).toString();

    assertThat(json).doesNotContain("\\u0000").doesNotContain("\ud800");
    assertThat(new String(json.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
        .isEqualTo(json);
  }
}
