package io.tallyline.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class FailedPayloadsTest {
  private final FailedPayloads payloads =
      new FailedPayloads(
          new LogProperties("text", true, List.of("customerId", " card "), DataSize.ofBytes(200)));

  private String shown(String payload) {
    return payloads.shown(payload.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void masks_named_fields_at_any_depth_and_in_any_case_and_keeps_the_digits() {
    assertThat(shown("{\"a\":[{\"CUSTOMERID\":{\"x\":1}}],\"card\":[4,5],\"price\":1.4300}"))
        .isEqualTo("{\"a\":[{\"CUSTOMERID\":\"***\"}],\"card\":\"***\",\"price\":1.4300}");
  }

  @Test
  void shows_nothing_of_what_cannot_be_masked() {
    assertThat(shown("{\"customerId\":\"8c3b\",")).doesNotContain("8c3b").contains("no JSON");
    assertThat(shown("\"8c3b\"")).doesNotContain("8c3b");
    assertThat(shown("{\"a\":1} 8c3b")).doesNotContain("8c3b");
    assertThat(shown("[".repeat(5_000))).contains("no JSON");
    assertThat(shown("[\"" + "x".repeat(1_100_000) + "\"]")).contains("too large");
  }

  @Test
  void shows_no_more_than_the_setting_allows() {
    assertThat(shown("[\"" + "x".repeat(5_000) + "\"]")).hasSize(200).endsWith("…");
  }
}
