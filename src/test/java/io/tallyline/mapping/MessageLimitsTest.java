package io.tallyline.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit of a message, from both sides. */
class MessageLimitsTest {
  private static final Mappings MAPPINGS = Mappings.open(Path.of("mappings"));
  private static final String ID = "5e0c7d1b-2f3a-4b4c-9d5e-6f708192a3b4";
  private static final String SALE =
      """
      {"transactionId":"%1$s","transactionDate":"2025-01-02T03:04:05Z","customerId":"%1$s",
       "lineItems":[{"itemId":"%1$s","itemNumber":"A","quantity":1,"unitOfMeasure":"EA",
         "unitSellingPrice":0,"unitCost":0,"extendedSellingPrice":0,"extendedCost":0}],
       "totalSalesValue":0,"totalCostValue":0,"currencyCode":"USD",
       "createdAt":"2025-01-02T03:04:05Z"}
      """
          .formatted(ID);

  /** A field, a JSON value, and whether it is accepted (amounts that depend on it are 0). */
  static Stream<Arguments> values() {
    String longest = "x".repeat(128);
    return Stream.of(
        of("/transactionId", q(ID.toUpperCase()), true),
        of("/transactionId", q("5e0c7d1b-2f3a-7b4c-0d5e-6f708192a3b4"), true),
        of("/transactionId", q("ffffffff-ffff-ffff-ffff-ffffffffffff"), true),
        of("/transactionId", q("00000000-0000-0000-0000-000000000000"), false),
        of("/transactionId", q(ID.replace("-", "")), false),
        of("/transactionId", q("{" + ID + "}"), false),
        of("/transactionId", q(ID.replace('e', 'g')), false),
        of("/transactionId", "7", false),
        of("/transactionId", "null", false),
        of("/salesOrderNumber", "null", true),
        of("/salesOrderNumber", q(""), true),
        of("/salesOrderNumber", q(longest), true),
        of("/salesOrderNumber", q(longest + "x"), false),
        of("/salesOrderNumber", q("\\u0009"), false),
        of("/salesOrderNumber", "5", false),
        of("/lineItems/0/itemNumber", q(longest), true),
        of("/lineItems/0/itemNumber", q("😀".repeat(128)), true),
        of("/lineItems/0/itemNumber", q(longest + "x"), false),
        of("/lineItems/0/itemNumber", q(""), false),
        of("/lineItems/0/itemNumber", q(" \u00A0\u2003\u3000"), false),
        of("/lineItems/0/itemNumber", q("a\\u0000"), false),
        of("/lineItems/0/itemNumber", q("a\\u007f"), false),
        of("/lineItems/0/itemNumber", q("a\\u0085b"), false),
        of("/lineItems/0/unitOfMeasure", q("m²"), true),
        of("/lineItems/0/quantity", "0.000001", true),
        of("/lineItems/0/quantity", "1.0000000", true),
        of("/lineItems/0/quantity", "0.0000001", false),
        of("/lineItems/0/quantity", "1e18", true),
        of("/lineItems/0/quantity", "9999999999999999999", true),
        of("/lineItems/0/quantity", "10000000000000000000", false),
        of("/lineItems/0/quantity", "1e19", false),
        of("/lineItems/0/quantity", "1e999999999", false),
        of("/lineItems/0/quantity", "1e-999999999", false),
        of("/lineItems/0/quantity", "0", false),
        of("/lineItems/0/quantity", "-1", false),
        of("/lineItems/0/quantity", q("1"), false),
        of("/lineItems/0/quantity", "true", false),
        of("/lineItems/0/unitCost", "0E-999999999", true),
        of("/lineItems/0/unitCost", "-0.0", true),
        of("/lineItems/0/unitCost", "-0.000001", false),
        of("/lineItems/0/unitCost", "null", false),
        of("/totalSalesValue", "0.00000", true),
        of("/totalSalesValue", "0.00001", false),
        of("/totalSalesValue", "1e15", false),
        of("/totalSalesValue", "1e999999999", false),
        of("/currencyCode", q("XCG"), true),
        of("/currencyCode", q("SLE"), true),
        of("/currencyCode", q("ZWG"), true),
        of("/currencyCode", q("VED"), true),
        of("/currencyCode", q("ANG"), false),
        of("/currencyCode", q("BGN"), false),
        of("/currencyCode", q("DEM"), false),
        of("/currencyCode", q("CUC"), false),
        of("/currencyCode", q("usd"), false),
        of("/currencyCode", q("US"), false),
        of("/lineItems", "[]", false),
        of("/lineItems", "{}", false),
        of("/anything", "{\"new\":[1,null]}", true),
        of("/lineItems/0/anything", "1e50", true));
  }

  @ParameterizedTest
  @MethodSource("values")
  void accepts_exactly_what_the_contract_says(String field, String json, boolean accepted)
      throws Exception {
    ObjectNode sale = sale();
    int slash = field.lastIndexOf('/');
    ((ObjectNode) sale.at(field.substring(0, slash)))
        .set(field.substring(slash + 1), StrictJson.parse(json));

    if (accepted) {
      assertThatCode(() -> contract("sales").check(sale)).doesNotThrowAnyException();
    } else {
      Rejected rejected = catchThrowableOfType(Rejected.class, () -> contract("sales").check(sale));
      assertThat(rejected).isNotNull();
      assertThat(rejected.reason()).isEqualTo(Reason.SCHEMA);
      assertThat(rejected).hasMessageContaining(field.substring(slash + 1));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2025-01-02T03:04:05Z, true",
    "2025-01-02t03:04:05z, true",
    "2025-01-02T03:04:05.123456789012+14:00, true",
    "2025-01-02T03:04:05-00:00, true",
    "2024-02-29T00:00:00-23:59, true",
    "1900-01-01T00:00:00Z, true",
    "2199-12-31T23:59:59Z, true",
    "1899-12-31T23:59:59Z, false",
    "2200-01-01T00:00:00Z, false",
    "2025-02-29T00:00:00Z, false",
    "2100-02-29T00:00:00Z, false",
    "2025-04-31T00:00:00Z, false",
    "2025-13-01T00:00:00Z, false",
    "2025-01-02T24:00:00Z, false",
    "2025-01-02T03:60:05Z, false",
    "2025-01-02T03:04:60Z, false",
    "2025-01-02T03:04:05, false",
    "2025-01-02T03:04Z, false",
    "2025-01-02 03:04:05Z, false",
    "2025-01-02T03:04:05.Z, false",
    "2025-01-02T03:04:05+0100, false",
    "2025-01-02T03:04:05+24:00, false",
    "2025-01-02T03:04:05Zx, false",
    "٢٠٢٥-01-02T03:04:05Z, false",
    "2025-01-02, false"
  })
  void accepts_rfc_3339_timestamps(String text, boolean accepted) {
    assertThat(Timestamps.valid(text)).isEqualTo(accepted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transactionId",
        "transactionDate",
        "customerId",
        "lineItems",
        "totalSalesValue",
        "totalCostValue",
        "currencyCode",
        "createdAt"
      })
  void requires_every_field_that_is_not_optional(String field) throws Exception {
    ObjectNode sale = sale();
    sale.remove(field);

    Rejected rejected = catchThrowableOfType(Rejected.class, () -> contract("sales").check(sale));

    assertThat(rejected.reason()).isEqualTo(Reason.SCHEMA);
    assertThat(rejected).hasMessageContaining(field);
  }

  @Test
  void accepts_10000_lines_and_no_more() throws Exception {
    ObjectNode sale = sale();
    ArrayNode lines = (ArrayNode) sale.get("lineItems");
    while (lines.size() < 10_000) {
      lines.add(lines.get(0));
    }
    contract("sales").check(sale);
    lines.add(lines.get(0));

    Rejected rejected = catchThrowableOfType(Rejected.class, () -> contract("sales").check(sale));

    assertThat(rejected.reason()).isEqualTo(Reason.SCHEMA);
  }

  @Test
  void counts_both_lists_of_an_assembly_together() throws Exception {
    ObjectNode line = (ObjectNode) sale().at("/lineItems/0");
    ObjectNode assembly = sale();
    ArrayNode produced = assembly.putArray("producedItems");
    ArrayNode consumed = assembly.putArray("consumedItems");
    assembly.put("totalProducedValue", 0).put("totalConsumedValue", 0);
    for (int i = 0; i < 5_000; i++) {
      produced.add(line);
      consumed.add(line);
    }
    contract("assembly").check(assembly);
    consumed.add(line);

    Rejected rejected =
        catchThrowableOfType(Rejected.class, () -> contract("assembly").check(assembly));

    assertThat(rejected.reason()).isEqualTo(Reason.SCHEMA);
    assertThat(rejected).hasMessageContaining("producedItems and consumedItems");
  }

  @Test
  void gives_up_a_million_violations_quickly_and_in_few_words() throws Exception {
    String body =
        SALE.replaceAll(
            "(?s)\"lineItems\":\\[.*?\\]", "\"lineItems\":[" + "1,".repeat(1_900_000) + "1]");
    JsonNode sale =
        StrictJson.parse(body.getBytes(StandardCharsets.UTF_8), Names.LARGEST_BODY_BYTES);

    Rejected rejected = catchThrowableOfType(Rejected.class, () -> contract("sales").check(sale));

    assertThat(rejected.reason()).isEqualTo(Reason.SCHEMA);
    assertThat(rejected.getMessage()).hasSizeLessThan(1_100);
  }

  @Test
  void names_five_violations_and_counts_the_rest() throws Exception {
    JsonNode empty = StrictJson.parse("{}");

    Rejected rejected = catchThrowableOfType(Rejected.class, () -> contract("sales").check(empty));

    assertThat(rejected).hasMessageContaining("; and 3 more");
  }

  @Test
  void names_each_amount_that_is_not_the_computed_one() throws Exception {
    ObjectNode sale = sale();
    ((ObjectNode) sale.at("/lineItems/0")).put("unitCost", 2).put("extendedCost", 3);

    Rejected rejected = catchThrowableOfType(Rejected.class, () -> contract("sales").check(sale));

    assertThat(rejected.reason()).isEqualTo(Reason.TOTALS);
    assertThat(rejected)
        .hasMessageContaining("lineItems[0].extendedCost says 3 but should be 2")
        .hasMessageContaining("totalCostValue says 0 but should be 3");
  }

  private static MessageContract contract(String event) {
    return MAPPINGS.contract("inventory/" + event + "-transaction-created/v1");
  }

  private static ObjectNode sale() throws Rejected {
    return (ObjectNode) StrictJson.parse(SALE);
  }

  private static Arguments of(String field, String json, boolean accepted) {
    return Arguments.of(field, json, accepted);
  }

  private static String q(String text) {
    return '"' + text + '"';
  }
}
