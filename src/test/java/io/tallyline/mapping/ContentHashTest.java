package io.tallyline.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyline.contracts.Rejected;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentHashTest {
  private static final MessageContract CONTRACT =
      Mappings.open(Path.of("mappings")).contract("inventory/adjustment-transaction-created/v1");
  private static final String MESSAGE =
      """
      {"transactionId":"abcdef00-1111-4222-8333-444455556666",
       "transactionDate":"2025-01-02T03:04:05.5Z","reasonCode":"LOSS","adjustmentNumber":"A1",
       "lineItems":[
        {"itemId":"abcdef00-1111-4222-8333-444455556667","itemNumber":"X","quantityChange":-10,
         "unitOfMeasure":"EA","unitCost":1.50,"extendedCost":-15},
        {"itemId":"abcdef00-1111-4222-8333-444455556668","itemNumber":"Y","quantityChange":2,
         "unitOfMeasure":"EA","unitCost":3,"extendedCost":6}],
       "totalGainValue":6,"totalLossValue":15,"currencyCode":"USD",
       "createdAt":"2025-01-02T03:04:06Z"}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "1.50 | 15e-1",
        "-15} | -15.0000}",
        "\"abcdef00-1111-4222-8333-444455556666\" | \"ABCDEF00-1111-4222-8333-444455556666\"",
        "03:04:05.5Z | 05:04:05.500+02:00",
        "03:04:06Z | 09:09:09Z",
        "\"currencyCode\":\"USD\" | \"currencyCode\":\"USD\",\"extra\":{\"a\":1}",
        "\"itemNumber\":\"X\" | \"itemNumber\":\"X\",\"extra\":1",
        "\"totalGainValue\":6,\"totalLossValue\":15 | \"totalLossValue\":15,\"totalGainValue\":6",
      })
  void is_the_same_for_the_same_content(String old, String now) throws Exception {
    assertThat(MESSAGE).contains(old);
    assertThat(hash(MESSAGE.replace(old, now))).isEqualTo(hash(MESSAGE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "1.50 | 1.51",
        "-15} | 15}",
        "6666\" | 6667\"",
        "03:04:05.5Z | 03:04:05.50000000001Z",
        "\"LOSS\" | \"loss\"",
        "\"adjustmentNumber\":\"A1\" | \"adjustmentNumber\":\"\"",
        "\"USD\" | \"EUR\"",
        "\"X\",\"quantityChange\":-10 | \"Y\",\"quantityChange\":-10",
      })
  void differs_for_another_content(String old, String now) throws Exception {
    assertThat(MESSAGE).contains(old);
    assertThat(hash(MESSAGE.replace(old, now))).isNotEqualTo(hash(MESSAGE));
  }

  @Test
  void counts_null_as_absent_but_not_as_blank() throws Exception {
    String none = hash(MESSAGE.replace("\"adjustmentNumber\":\"A1\",", ""));

    assertThat(hash(MESSAGE.replace("\"A1\"", "null"))).isEqualTo(none);
    assertThat(hash(MESSAGE.replace("\"A1\"", "\"\""))).isNotEqualTo(none);
  }

  @Test
  void minds_the_order_of_lines_and_where_a_text_ends() throws Exception {
    String swapped = MESSAGE.replace("\"X\"", "\"?\"").replace("\"Y\"", "\"X\"").replace("?", "Y");
    String moved =
        MESSAGE.replace(
            "\"LOSS\",\"adjustmentNumber\":\"A1\"", "\"LOSSA\",\"adjustmentNumber\":\"1\"");

    assertThat(hash(swapped)).isNotEqualTo(hash(MESSAGE));
    assertThat(hash(moved)).isNotEqualTo(hash(MESSAGE));
  }

  @Test
  void names_the_version() throws Exception {
    assertThat(hash(MESSAGE)).matches("v1:[0-9a-f]{64}");
  }

  private static String hash(String message) throws Rejected {
    return CONTRACT.contentHash(StrictJson.parse(message));
  }
}
