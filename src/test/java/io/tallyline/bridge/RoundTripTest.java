package io.tallyline.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.delivery.Outgoing;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A message in an envelope and out of it again is the same message, to the last decimal. */
class RoundTripTest {
  private static final Path EXAMPLES = Path.of("../shared/design/examples");
  private static final String ID = "0b8a3a52-61f5-4f5c-a1f5-5f1c3c0b7a11";
  private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);
  private static final Bridged BRIDGE = new Bridged();

  private static void assertComesBack(MessageType type, JsonNode message) {
    String name = Bridged.typeName(type);

    Crossing out =
        BRIDGE.out(
            type.routingKey() + " -> " + name,
            Bridged.integrationMessage(type.routingKey(), message, ID));
    assertThat(out.rejection()).isNull();
    Outgoing envelope = Objects.requireNonNull(out.outgoing());
    assertNoNumbers(Bridged.json(envelope.body()).get("message"));
    Crossing in = BRIDGE.in(Bridged.inTable(type), Bridged.received(envelope));

    assertThat(in.rejection()).isNull();
    Outgoing back = Objects.requireNonNull(in.outgoing());
    assertThat(Bridged.byValue(Bridged.json(back.body()))).isEqualTo(Bridged.byValue(message));
    assertThat(Bridged.json(back.body()).fieldNames())
        .toIterable()
        .containsExactlyElementsOf(message::fieldNames);
    assertThat(back.routingKey()).isEqualTo(type.routingKey());
    assertThat(back.properties().getMessageId()).isEqualTo(ID);
  }

  /** In the four types every number is a decimal, and MassTransit writes decimals as text. */
  private static void assertNoNumbers(JsonNode node) {
    assertThat(node.isNumber()).as("%s is a text", node).isFalse();
    node.forEach(RoundTripTest::assertNoNumbers);
  }

  @ParameterizedTest
  @ValueSource(strings = {"purchase", "sales", "assembly", "adjustment"})
  void is_the_identity_for_the_contract_s_examples(String event) throws IOException {
    Path file = EXAMPLES.resolve(event + "-transaction-created.json");
    Assumptions.assumeTrue(Files.exists(file), file + " is not here: skipped");
    JsonNode example = Bridged.json(Files.readAllBytes(file));

    assertComesBack(
        MessageType.ofRoutingKey(example.get("routing_key").asText()), example.get("message"));
  }

  static List<Path> mappingCases() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("mappings/inventory"))) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".out.json"))
          .filter(file -> file.getParent().getFileName().toString().equals("cases"))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("mappingCases")
  void is_the_identity_for_every_message_of_the_mapping_cases(Path file) throws IOException {
    Path version = file.getParent().getParent();
    MessageType type =
        MessageType.ofFolder(Path.of("mappings").relativize(version).toString().replace('\\', '/'));

    assertComesBack(type, Bridged.json(Files.readAllBytes(file)));
  }

  @Test
  void keeps_the_digits_as_they_were_written() {
    JsonNode message = sale(new BigDecimal("2.500000"), new BigDecimal("1e3"), BigDecimal.ONE);

    JsonNode wrapped =
        Bridged.json(
                Objects.requireNonNull(
                        BRIDGE
                            .out(
                                "inventory.sales-transaction-created.v1 -> A:B",
                                Bridged.integrationMessage(
                                    "inventory.sales-transaction-created.v1", message, ID))
                            .outgoing())
                    .body())
            .get("message");

    JsonNode line = wrapped.get("lineItems").get(0);
    assertThat(line.get("quantity").textValue()).isEqualTo("2.500000");
    assertThat(line.get("unitSellingPrice").textValue()).isEqualTo("1000");
  }

  @Test
  void keeps_fields_that_the_schema_does_not_know_as_they_are() {
    ObjectNode message = sale(BigDecimal.ONE, BigDecimal.TEN, BigDecimal.ONE);
    message.put("note", "12.50");
    message.set("extra", Bridged.json("{\"score\": 0.10, \"Totals\": [1, null]}"));
    String key = "inventory.sales-transaction-created.v1";

    Outgoing envelope =
        Objects.requireNonNull(
            BRIDGE.out(key + " -> A:B", Bridged.integrationMessage(key, message, ID)).outgoing());
    Outgoing back =
        Objects.requireNonNull(
            BRIDGE.in("urn:message:A:B -> " + key, Bridged.received(envelope)).outgoing());

    assertThat(Bridged.json(back.body())).isEqualTo(Bridged.json(message.toString()));
  }

  private record Line(BigDecimal quantity, BigDecimal price, BigDecimal cost) {}

  /** Up to 19 digits altogether, at most 6 of them after the point. */
  private static Arbitrary<BigDecimal> decimals(int digits) {
    return Combinators.combine(
            Arbitraries.bigIntegers()
                .between(BigInteger.ONE, BigInteger.TEN.pow(digits).subtract(BigInteger.ONE)),
            Arbitraries.integers().between(0, 6))
        .as(BigDecimal::new);
  }

  /** Products must still be amounts of the ledger, below 10^15. */
  @Provide
  Arbitrary<Line> lines() {
    return Combinators.combine(decimals(19), decimals(19), decimals(19))
        .as(Line::new)
        .filter(
            line ->
                isAmount(line.quantity().multiply(line.price()))
                    && isAmount(line.quantity().multiply(line.cost())));
  }

  private static boolean isAmount(BigDecimal value) {
    return value.compareTo(new BigDecimal("1e15")) < 0
        && value.setScale(4, RoundingMode.HALF_UP).stripTrailingZeros().precision() <= 19;
  }

  @Property(tries = 300)
  void is_the_identity_for_decimals_of_up_to_19_digits(@ForAll("lines") Line line) {
    assertComesBack(
        new MessageType("inventory", "sales-transaction-created", 1),
        sale(line.quantity(), line.price(), line.cost()));
  }

  private static ObjectNode sale(BigDecimal quantity, BigDecimal price, BigDecimal cost) {
    BigDecimal sales = quantity.multiply(price).setScale(4, RoundingMode.HALF_UP);
    BigDecimal costs = quantity.multiply(cost).setScale(4, RoundingMode.HALF_UP);
    ObjectNode message = NODES.objectNode();
    message.put("transactionId", UUID.nameUUIDFromBytes(new byte[] {1}).toString());
    message.put("transactionDate", "2025-03-04T05:06:07Z");
    message.put("customerId", UUID.nameUUIDFromBytes(new byte[] {2}).toString());
    ArrayNode lines = message.putArray("lineItems");
    ObjectNode item = lines.addObject();
    item.put("itemId", UUID.nameUUIDFromBytes(new byte[] {3}).toString());
    item.put("itemNumber", "LAMP-7");
    item.put("quantity", quantity);
    item.put("unitOfMeasure", "EA");
    item.put("unitSellingPrice", price);
    item.put("unitCost", cost);
    item.put("extendedSellingPrice", sales);
    item.put("extendedCost", costs);
    message.put("totalSalesValue", sales);
    message.put("totalCostValue", costs);
    message.put("currencyCode", "USD");
    message.put("createdAt", "2025-03-04T05:06:08Z");
    return message;
  }
}
