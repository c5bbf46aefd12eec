package io.tallyline.ops.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.KeyValuePair;

class EncodedTest {
  @ParameterizedTest
  @CsvSource({
    "10,\\n",
    "13,\\r",
    "9,\\t",
    "0,\\u0000",
    "27,\\u001b",
    "127,\\u007f",
    "133,\\u0085",
    "155,\\u009b",
    "8232,\\u2028",
    "8238,\\u202e",
    "8294,\\u2066",
    "8207,\\u200f",
    "65279,\\ufeff"
  })
  void writes_a_character_that_could_harm_as_what_it_is(int character, String written) {
    assertThat(Encoded.text("a" + (char) character + "b")).isEqualTo("a" + written + "b");
  }

  @Test
  void leaves_what_people_write() {
    String text = "Zürich 東京 \uD83D\uDE00 \"quoted\" 1.431,50 €";

    assertThat(Encoded.text(text)).isSameAs(text);
  }

  @Test
  void bounds_a_line_and_halves_no_character() {
    String text = "\uD83D\uDE00".repeat(100_000);

    assertThat(Encoded.text(text)).hasSizeLessThan(Encoded.LONGEST + 40).endsWith("characters)");
    assertThat(Encoded.text("x" + text)).doesNotContain("?").contains("\uD83D\uDE00… (");
  }

  @Test
  void a_line_stays_one_line_whatever_is_in_it() {
    LoggingEvent event =
        new LoggingEvent(
            "",
            new LoggerContext().getLogger("io.tallyline.finance.PostJournals"),
            Level.WARN,
            "of {}",
            new IllegalStateException("bad\n12:00:00.000 ERROR forged"),
            new Object[] {"\r\n\u001b[2Jx"});
    event.addKeyValuePair(new KeyValuePair("correlationId", "a\u202eb\nc"));

    String line = new TextLines().doLayout(event);

    assertThat(line)
        .contains(
            " WARN  PostJournals           of \\r\\n\\u001b[2Jx correlationId=a\\u202eb\\nc\n")
        .contains("IllegalStateException: bad\\n12:00:00.000 ERROR forged\n");
    assertThat(line.lines()).hasSize(3).noneMatch(text -> text.startsWith("12:00:00.000"));
  }
}
