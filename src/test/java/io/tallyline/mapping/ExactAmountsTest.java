package io.tallyline.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Names;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Compares mappings with an own computation in whole numbers, which cannot round by accident. */
class ExactAmountsTest {
  private static final Mappings MAPPINGS = Mappings.open(Path.of("mappings"));
  private static final Instant NOW = Instant.parse("2025-05-06T07:08:09Z");
  private static final String ID = "c1f7a4de-90b2-4c3d-8e5f-6a7b8c9d0e1f";

  record Item(BigDecimal quantity, BigDecimal price, BigDecimal cost) {}

  @Provide
  Arbitrary<List<Item>> items() {
    Arbitrary<Item> any =
        Combinators.combine(
                decimals(1, 10_000_000L), decimals(0, 10_000_000L), decimals(0, 10_000_000L))
            .as(Item::new);
    // quantity 0.5 or 2.5 and so on times a price that ends in an odd fifth decimal: always a tie
    Arbitrary<Item> ties =
        Combinators.combine(
                Arbitraries.longs().between(0, 50_000), Arbitraries.longs().between(0, 9_999_999))
            .as(
                (half, tenThousandths) ->
                    new Item(
                        BigDecimal.valueOf(half * 10 + 5, 1),
                        BigDecimal.valueOf(tenThousandths * 2 + 1, 4),
                        BigDecimal.valueOf(tenThousandths * 2 + 1, 4)));
    return Arbitraries.oneOf(any, ties).list().ofMinSize(1).ofMaxSize(6);
  }

  private static Arbitrary<BigDecimal> decimals(long least, long most) {
    return Combinators.combine(
            Arbitraries.longs().between(least, most), Arbitraries.integers().between(0, 6))
        .as(BigDecimal::valueOf);
  }

  @Property(tries = 300)
  void sales_amounts_are_exact(@ForAll("items") List<Item> items) throws Exception {
    JsonNode message =
        translate("Sales", "\"salesDetails\":{\"customerId\":\"" + ID + "\"}", items);

    BigDecimal sales = BigDecimal.ZERO;
    BigDecimal cost = BigDecimal.ZERO;
    for (int i = 0; i < items.size(); i++) {
      BigDecimal extendedPrice = halfUp(items.get(i).quantity(), items.get(i).price());
      BigDecimal extendedCost = halfUp(items.get(i).quantity(), items.get(i).cost());
      JsonNode line = message.get("lineItems").get(i);
      assertThat(line.get("extendedSellingPrice").decimalValue())
          .isEqualByComparingTo(extendedPrice);
      assertThat(line.get("extendedCost").decimalValue()).isEqualByComparingTo(extendedCost);
      assertThat(line.get("unitCost").decimalValue()).isEqualTo(items.get(i).cost());
      sales = sales.add(extendedPrice);
      cost = cost.add(extendedCost);
    }
    assertThat(message.get("totalSalesValue").decimalValue()).isEqualByComparingTo(sales);
    assertThat(message.get("totalCostValue").decimalValue()).isEqualByComparingTo(cost);
    assertThat(ledger("sales", message))
        .isEqualTo(expected("+1100", sales, "-4000", sales, "+5000", cost, "-1300", cost));
  }

  @Property(tries = 200)
  void purchase_amounts_are_exact(@ForAll("items") List<Item> items) throws Exception {
    JsonNode message =
        translate("Purchase", "\"purchaseDetails\":{\"vendorId\":\"" + ID + "\"}", items);

    BigDecimal cost = BigDecimal.ZERO;
    for (Item item : items) {
      cost = cost.add(halfUp(item.quantity(), item.cost()));
    }
    assertThat(message.get("totalCostValue").decimalValue()).isEqualByComparingTo(cost);
    assertThat(ledger("purchase", message)).isEqualTo(expected("+1300", cost, "-2000", cost));
  }

  @Property(tries = 200)
  void adjustment_amounts_are_exact(
      @ForAll("items") List<Item> found, @ForAll("items") List<Item> missing) throws Exception {
    List<Item> items = new ArrayList<>(found);
    missing.forEach(i -> items.add(new Item(i.quantity().negate(), i.price(), i.cost())));
    JsonNode message =
        translate("Adjustment", "\"adjustmentDetails\":{\"reasonCode\":\"COUNT\"}", items);

    BigDecimal gain = BigDecimal.ZERO;
    BigDecimal loss = BigDecimal.ZERO;
    for (int i = 0; i < items.size(); i++) {
      BigDecimal size = halfUp(items.get(i).quantity().abs(), items.get(i).cost());
      boolean up = items.get(i).quantity().signum() > 0;
      gain = up ? gain.add(size) : gain;
      loss = up ? loss : loss.add(size);
      assertThat(message.get("lineItems").get(i).get("extendedCost").decimalValue())
          .isEqualByComparingTo(up ? size : size.negate());
    }
    assertThat(message.get("totalGainValue").decimalValue()).isEqualByComparingTo(gain);
    assertThat(message.get("totalLossValue").decimalValue()).isEqualByComparingTo(loss);
    assertThat(ledger("adjustment", message))
        .isEqualTo(expected("+1300", gain, "-4100", gain, "+5100", loss, "-1300", loss));
  }

  @Property(tries = 200)
  void assembly_amounts_are_exact(
      @ForAll("items") List<Item> produced, @ForAll("items") List<Item> consumed) throws Exception {
    String lines =
        lines(consumed, ",\"role\":\"Consumed\"") + "," + lines(produced, ",\"role\":\"Produced\"");
    JsonNode message = translateLines("Assembly", "\"assemblyDetails\":{}", lines);

    BigDecimal out = BigDecimal.ZERO;
    BigDecimal in = BigDecimal.ZERO;
    for (Item item : produced) {
      out = out.add(halfUp(item.quantity(), item.cost()));
    }
    for (Item item : consumed) {
      in = in.add(halfUp(item.quantity(), item.cost()));
    }
    BigDecimal more = out.subtract(in);
    assertThat(message.get("totalProducedValue").decimalValue()).isEqualByComparingTo(out);
    assertThat(message.get("totalConsumedValue").decimalValue()).isEqualByComparingTo(in);
    assertThat(ledger("assembly", message))
        .isEqualTo(
            expected("+1310", out, "-1320", in, more.signum() > 0 ? "-5200" : "+5200", more.abs()));
  }

  /** Ties away from zero, by whole-number division; both factors at most 6 decimals. */
  private static BigDecimal halfUp(BigDecimal quantity, BigDecimal price) {
    BigInteger millionths =
        quantity
            .movePointRight(6)
            .toBigIntegerExact()
            .multiply(price.movePointRight(6).toBigIntegerExact());
    BigInteger unit = BigInteger.TEN.pow(8);
    BigInteger doubled = millionths.multiply(BigInteger.TWO).add(unit);
    return new BigDecimal(doubled.divide(unit.multiply(BigInteger.TWO)), 4);
  }

  private static List<String> expected(Object... accountsAndAmounts) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < accountsAndAmounts.length; i += 2) {
      BigDecimal amount = (BigDecimal) accountsAndAmounts[i + 1];
      if (amount.signum() != 0) {
        lines.add(accountsAndAmounts[i] + " " + amount.setScale(4).toPlainString());
      }
    }
    return lines;
  }

  private static List<String> ledger(String event, JsonNode message) throws Exception {
    List<String> lines = new ArrayList<>();
    PostingDraft draft =
        MAPPINGS
            .posting("finance/" + event + "-transaction-created/v1/journal.jslt")
            .apply(message);
    for (PostingDraft.Line line : draft.lines()) {
      boolean debit = line.debit().signum() > 0;
      assertThat(debit).isNotEqualTo(line.credit().signum() > 0);
      lines.add(
          (debit ? "+" : "-")
              + line.account()
              + " "
              + (debit ? line.debit() : line.credit()).setScale(4).toPlainString());
    }
    return lines;
  }

  private static JsonNode translate(String type, String details, List<Item> items)
      throws Exception {
    return translateLines(type, details, lines(items, ""));
  }

  private static JsonNode translateLines(String type, String details, String lines)
      throws Exception {
    JsonNode event =
        StrictJson.parse(
            "{\"id\":\""
                + ID
                + "\",\"type\":\""
                + type
                + "\",\"transactionDate\":\"2025-05-06T00:00:00Z\",\"currency\":\"CHF\","
                + details
                + ",\"lines\":["
                + lines
                + "]}");
    String folder = "inventory/" + type.toLowerCase() + "-transaction-created/v1";
    MessageTranslation translation = MAPPINGS.translation(folder);
    JsonNode message =
        StrictJson.parse(translation.translate(event, NOW), Names.LARGEST_BODY_BYTES);
    translation.contract().check(message);
    return message;
  }

  private static String lines(List<Item> items, String more) {
    List<String> lines = new ArrayList<>();
    for (Item item : items) {
      lines.add(
          "{\"itemId\":\""
              + ID
              + "\",\"item\":{\"itemNumber\":\"N\"},\"quantity\":"
              + item.quantity().toPlainString()
              + ",\"unitOfMeasure\":{\"symbol\":\"EA\"},"
              + "\"unitSellingPrice\":"
              + item.price()
              + ",\"unitCost\":"
              + item.cost().toPlainString()
              + more
              + "}");
    }
    return String.join(",", lines);
  }
}
