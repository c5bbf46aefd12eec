package io.tallyline.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  static Stream<Arguments> hostile() {
    return Stream.of(
        Arguments.of("empty", bytes(""), Reason.NOT_JSON),
        Arguments.of("blank", bytes(" \n"), Reason.NOT_JSON),
        Arguments.of("byte order mark", bytes("\uFEFF{}"), Reason.NOT_JSON),
        Arguments.of("latin 1", "\"é\"".getBytes(StandardCharsets.ISO_8859_1), Reason.NOT_JSON),
        Arguments.of("UTF-16", "{}".getBytes(StandardCharsets.UTF_16LE), Reason.NOT_JSON),
        Arguments.of(
            "UTF-16 late", "\"\\\\é\"".getBytes(StandardCharsets.UTF_16BE), Reason.NOT_JSON),
        Arguments.of("overlong", raw('"', 0xC0, 0xAF, '"'), Reason.NOT_JSON),
        Arguments.of("surrogate in UTF-8", raw('"', 0xED, 0xA0, 0x80, '"'), Reason.NOT_JSON),
        Arguments.of("cut character", raw('"', 0xE2, 0x82), Reason.NOT_JSON),
        Arguments.of("escaped high", bytes("\"\\ud83d\""), Reason.NOT_JSON),
        Arguments.of("escaped low", bytes("\"x\\uDE00y\""), Reason.NOT_JSON),
        Arguments.of("escaped high in key", bytes("{\"\\ud83d\":1}"), Reason.NOT_JSON),
        Arguments.of("trailing comma", bytes("[1,]"), Reason.NOT_JSON),
        Arguments.of("comment", bytes("{}//"), Reason.NOT_JSON),
        Arguments.of("single quotes", bytes("{'a':1}"), Reason.NOT_JSON),
        Arguments.of("leading zero", bytes("[01]"), Reason.NOT_JSON),
        Arguments.of("plus sign", bytes("[+1]"), Reason.NOT_JSON),
        Arguments.of("point without digits", bytes("[1.]"), Reason.NOT_JSON),
        Arguments.of("NaN", bytes("[NaN]"), Reason.NOT_JSON),
        Arguments.of("infinity", bytes("[-Infinity]"), Reason.NOT_JSON),
        Arguments.of("raw newline in text", bytes("\"a\nb\""), Reason.NOT_JSON),
        Arguments.of("NUL", bytes("\"a\u0000b\""), Reason.NOT_JSON),
        Arguments.of("unended", bytes("{\"a\":1"), Reason.NOT_JSON),
        Arguments.of("two documents", bytes("{} {}"), Reason.NOT_JSON),
        Arguments.of("something after", bytes("{}]"), Reason.NOT_JSON),
        Arguments.of("same key twice", bytes("{\"a\":1,\"b\":2,\"a\":1}"), Reason.NOT_JSON),
        Arguments.of("same key, escaped", bytes("{\"a\":1,\"\\u0061\":1}"), Reason.NOT_JSON),
        Arguments.of("33 deep", bytes("[".repeat(33) + "]".repeat(33)), Reason.NOT_JSON),
        Arguments.of("100,000 deep", bytes("[{\"a\":".repeat(50_000)), Reason.NOT_JSON),
        Arguments.of("million digits", bytes("[" + "9".repeat(1_000_000) + "]"), Reason.SCHEMA),
        Arguments.of("million decimals", bytes("0." + "9".repeat(1_000_000)), Reason.SCHEMA),
        Arguments.of("exponent beyond int", bytes("[1e99999999999]"), Reason.SCHEMA),
        Arguments.of("too large", new byte[Names.LARGEST_BODY_BYTES + 1], Reason.TOO_LARGE));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void refuses_with_its_reason(String name, byte[] body, Reason reason) {
    Rejected rejected =
        Assertions.assertTimeoutPreemptively(
            Duration.ofSeconds(5),
            () ->
                catchThrowableOfType(
                    Rejected.class, () -> StrictJson.parse(body, Names.LARGEST_BODY_BYTES)));

    assertThat(rejected).isNotNull();
    assertThat(rejected.reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uD83D", "{\"\uDE00\":1}", "\uFEFF{}", "{} x", "{\"a\":1,\"a\":2}", ""})
  void refuses_the_same_in_a_jsonb_text(String text) {
    String quoted = text.startsWith("\uD83D") ? "\"" + text + "\"" : text;

    Rejected rejected = catchThrowableOfType(Rejected.class, () -> StrictJson.parse(quoted));

    assertThat(rejected.reason()).isEqualTo(Reason.NOT_JSON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"\\uD83D\\uDE00 €\",\"b\":[1,-0.50,1.00,true,null]}",
        "\"text\"",
        "7",
        " [ ] ",
        "[12345678901234567890123]"
      })
  void accepts_plain_json(String text) throws Exception {
    JsonNode read = StrictJson.parse(bytes(text), 1_000);

    assertThat(StrictJson.parse(StrictJson.write(read), 1_000)).isEqualTo(read);
    assertThat(StrictJson.parse(text)).isEqualTo(read);
  }

  @Test
  void accepts_32_levels_and_the_largest_body() throws Exception {
    StrictJson.parse(bytes("[".repeat(32) + "]".repeat(32)), 100);
    StrictJson.parse(bytes("\"" + "x".repeat(Names.LARGEST_BODY_BYTES - 2) + "\""), 4 << 20);
  }

  @Test
  void writes_decimals_as_they_came_and_never_with_an_exponent() throws Exception {
    JsonNode read = StrictJson.parse("[1431.50,1e3,1.5E-7,0.10,100000000000000000001]");

    assertThat(new String(StrictJson.write(read), StandardCharsets.UTF_8))
        .isEqualTo("[1431.50,1000,0.00000015,0.10,100000000000000000001]");
  }

  @Test
  void writes_a_billion_zeros_as_an_exponent() throws Exception {
    assertThat(StrictJson.write(StrictJson.parse("[1e999999999]"))).hasSizeLessThan(40);
  }

  @Test
  void says_where_and_shows_no_control_characters() {
    Rejected rejected =
        catchThrowableOfType(Rejected.class, () -> StrictJson.parse("{\"a\":\n \u0007}"));

    assertThat(rejected).hasMessageContaining("line 2").hasMessageStartingWith("MAP-010 ");
    assertThat(rejected.getMessage().chars()).noneMatch(Character::isISOControl);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] raw(int... values) {
    byte[] raw = new byte[values.length];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) values[i];
    }
    return raw;
  }
}
