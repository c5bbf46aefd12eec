package io.tallyline.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.Outgoing;
import io.tallyline.testing.SaleMessages;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.amqp.core.Message;

class ReadEnvelopesTest {
  private static final String URN =
      "urn:message:IM.Contract.IntegrationEvents.Transactions:SalesTransactionCreatedIntegrationEvent";
  private static final String TABLE = URN + " -> " + SaleMessages.KEY;
  private static final String TRANSACTION = "5b1f0d52-90a4-4b35-8f5e-6d3f1a2b3c4d";
  private static final String MESSAGE_ID = "00ab0000-6ab3-f8b4-f78c-08db7c8365ff";
  private static final String CONVERSATION = "00ab0000-6ab3-f8b4-739e-08db7c83660f";
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final Path REFERENCE = Path.of("../shared/reference/masstransit-messages");

  private static final Bridged BRIDGE = new Bridged();

  /** As MassTransit 8 writes it: camelCase, decimals as text, absent ids as null. */
  private static String sale() {
    return SaleMessages.valid(TRANSACTION)
        .replace("\"quantity\":3,", "\"quantity\":\"3\",")
        .replace("\"unitSellingPrice\":10.5,", "\"unitSellingPrice\":\"10.50\",")
        .replace("\"unitCost\":7.25,", "\"unitCost\":\"7.25\",")
        .replace("\"extendedSellingPrice\":31.5,", "\"extendedSellingPrice\":\"31.500\",")
        .replace("\"extendedCost\":21.75", "\"extendedCost\":\"21.75\"")
        .replace("\"totalSalesValue\":31.5,", "\"totalSalesValue\":\"31.5\",")
        .replace("\"totalCostValue\":21.75,", "\"totalCostValue\":\"21.75\",");
  }

  private static String envelope(String message) {
    return """
        {"messageId":"%s","requestId":null,"correlationId":null,"conversationId":"%s",\
        "sourceAddress":"rabbitmq://localhost/source","destinationAddress":null,\
        "messageType":["%s"],"message":%s,"expirationTime":null,\
        "sentTime":"2025-03-04T05:06:09.715882Z","headers":{},"host":{"machineName":"M"}}"""
        .formatted(MESSAGE_ID, CONVERSATION, URN, message);
  }

  private static Outgoing accepted(Message message) {
    Crossing crossing = BRIDGE.in(TABLE, message);
    assertThat(crossing.rejection()).isNull();
    assertThat(crossing.failure()).isNull();
    return Objects.requireNonNull(crossing.outgoing());
  }

  private static Rejected rejected(Message message) {
    Crossing crossing = BRIDGE.in(TABLE, message);
    assertThat(crossing.outgoing()).isNull();
    return Objects.requireNonNull(crossing.rejection());
  }

  private static String with(String text, String old, String replacement) {
    assertThat(text).contains(old);
    return text.replace(old, replacement);
  }

  @Test
  void makes_the_integration_message_that_the_contract_describes() {
    Outgoing message = accepted(Bridged.envelope(envelope(sale())));

    assertThat(message.exchange()).isEqualTo("erp.events");
    assertThat(message.routingKey()).isEqualTo(SaleMessages.KEY);
    assertThat(message.mandatory()).isTrue();
    assertThat(Bridged.byValue(Bridged.json(message.body())))
        .isEqualTo(Bridged.byValue(Bridged.json(SaleMessages.valid(TRANSACTION))));
    var properties = message.properties();
    assertThat(properties.getMessageId()).isEqualTo(MESSAGE_ID);
    assertThat(properties.getCorrelationId()).isNull();
    assertThat(properties.getContentType()).isEqualTo("application/json");
    assertThat(properties.getDeliveryMode()).isEqualTo(2);
    assertThat(properties.getType()).isEqualTo(SaleMessages.KEY);
    assertThat(properties.getAppId()).isEqualTo("inventory");
    assertThat(properties.getTimestamp()).isEqualTo("2025-03-04T05:06:08Z");
    assertThat(properties.getHeaders())
        .containsEntry("hub-versions", "v1")
        .containsEntry("cloudEvents:specversion", "1.0")
        .containsEntry("cloudEvents:id", MESSAGE_ID)
        .containsEntry("cloudEvents:source", "/inventory")
        .containsEntry("cloudEvents:type", SaleMessages.KEY)
        .containsEntry("cloudEvents:time", "2025-03-04T05:06:08Z")
        .containsEntry("cloudEvents:subject", TRANSACTION)
        .containsEntry("cloudEvents:dataschema", "urn:tallyline:schema:" + SaleMessages.KEY)
        .containsEntry("ConversationId", CONVERSATION)
        .doesNotContainKeys("traceparent", "RequestId", "InitiatorId");
  }

  @Test
  void reads_names_in_any_case_and_more_types_than_it_knows() {
    String pascal =
        envelope(sale())
            .replace("\"message\":", "\"Message\":")
            .replace("\"messageType\":[", "\"MessageType\":[\"urn:message:Other:Type\",")
            .replace("\"messageId\":", "\"MessageId\":")
            .replace("\"lineItems\":", "\"LineItems\":")
            .replace("\"quantity\":", "\"Quantity\":")
            .replace("\"totalCostValue\":", "\"TotalCostValue\":");

    Outgoing message = accepted(Bridged.envelope(pascal));

    assertThat(Bridged.byValue(Bridged.json(message.body())))
        .isEqualTo(Bridged.byValue(Bridged.json(SaleMessages.valid(TRANSACTION))));
    assertThat(message.properties().getMessageId()).isEqualTo(MESSAGE_ID);
  }

  @Test
  void takes_numbers_as_exactly_as_texts() {
    String numbers = with(sale(), "\"10.50\"", "10.50");

    JsonNode body = Bridged.json(accepted(Bridged.envelope(envelope(numbers))).body());

    assertThat(body.get("lineItems").get(0).get("unitSellingPrice").decimalValue())
        .isEqualTo(new BigDecimal("10.50"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "30,25",
        "",
        " ",
        " 1",
        "1 ",
        "NaN",
        "Infinity",
        "1E+3",
        "1e3",
        "+1",
        "1.",
        ".5",
        "007",
        "1,000.00",
        "1_000",
        "0x10",
        "١٢",
        "--1",
        "1.2.3",
        "null",
        "12€"
      })
  void refuses_a_decimal_that_is_none(String text) {
    String wrong = with(sale(), "\"unitCost\":\"7.25\"", "\"unitCost\":\"" + text + "\"");

    Rejected rejected = rejected(Bridged.envelope(envelope(wrong)));

    assertThat(rejected.reason()).isEqualTo(Reason.SCHEMA);
    assertThat(rejected.getMessage()).startsWith("BRI-014 $.lineItems[0].unitCost is ");
  }

  @Test
  void refuses_a_decimal_of_endless_digits() {
    String wrong = with(sale(), "\"7.25\"", "\"" + "9".repeat(100_000) + "\"");

    assertThat(rejected(Bridged.envelope(envelope(wrong))).code()).isEqualTo("BRI-014");
  }

  @Test
  void leaves_texts_alone_even_if_they_look_like_numbers() {
    String number = with(sale(), "\"salesOrderNumber\":\"SO-1\"", "\"salesOrderNumber\":\"0100\"");

    JsonNode body = Bridged.json(accepted(Bridged.envelope(envelope(number))).body());

    assertThat(body.get("salesOrderNumber").textValue()).isEqualTo("0100");
  }

  @Test
  void takes_a_missing_number_for_zero_if_the_totals_agree() {
    String free =
        with(sale(), "\"unitSellingPrice\":\"10.50\",", "")
            .replace("\"extendedSellingPrice\":\"31.500\",", "")
            .replace("\"totalSalesValue\":\"31.5\",", "");

    JsonNode body = Bridged.json(accepted(Bridged.envelope(envelope(free))).body());

    assertThat(body.get("totalSalesValue").decimalValue()).isZero();
    assertThat(body.get("lineItems").get(0).get("unitSellingPrice").decimalValue()).isZero();
  }

  @Test
  void refuses_a_missing_number_where_zero_cannot_be_right() {
    String noPrice = with(sale(), "\"unitSellingPrice\":\"10.50\",", "");
    String noQuantity = with(sale(), "\"quantity\":\"3\",", "");

    assertThat(rejected(Bridged.envelope(envelope(noPrice))).reason()).isEqualTo(Reason.TOTALS);
    assertThat(rejected(Bridged.envelope(envelope(noQuantity))).reason()).isEqualTo(Reason.SCHEMA);
  }

  @Test
  void refuses_null_where_a_number_belongs() {
    String nothing = with(sale(), "\"unitCost\":\"7.25\"", "\"unitCost\":null");

    assertThat(rejected(Bridged.envelope(envelope(nothing))).reason()).isEqualTo(Reason.SCHEMA);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"messageType":["urn:message:No:Such"],"message":{}}  | UNSUPPORTED_TYPE | BRI-012
          {"messageType":[],"message":{}}                       | UNSUPPORTED_TYPE | BRI-011
          {"messageType":"urn:message:A:B","message":{}}        | UNSUPPORTED_TYPE | BRI-011
          {"message":{}}                                        | UNSUPPORTED_TYPE | BRI-011
          {"messageType":["URN"]}                               | SCHEMA           | BRI-013
          {"messageType":["URN"],"message":null}                | SCHEMA           | BRI-013
          {"messageType":["URN"],"message":"{}"}                | SCHEMA           | BRI-013
          {"messageType":["URN"],"message":{}}                  | SCHEMA           | MAP-022
          {"messageType":["URN"],"message":{},"Message":{}}     | SCHEMA           | BRI-013
          {"messageType":["URN"],"message":{},"messageId":"7"}  | SCHEMA           | BRI-013
          {"messageType":["URN"],"message":{},"messageId":7}    | SCHEMA           | BRI-013
          {"messageType":["URN"],"message":{},"message":{}}     | NOT_JSON         | MAP-010
          []                                                    | SCHEMA           | BRI-013
          <envelope/>                                           | NOT_JSON         | MAP-010
          """)
  void refuses_what_is_no_envelope_of_a_known_type(String body, Reason reason, String code) {
    Rejected rejected = rejected(Bridged.envelope(body.replace("URN", URN)));

    assertThat(rejected.reason()).isEqualTo(reason);
    assertThat(rejected.code()).isEqualTo(code);
  }

  @Test
  void refuses_a_name_that_stands_there_twice_in_different_cases() {
    String twice = with(sale(), "\"quantity\":\"3\",", "\"quantity\":\"3\",\"Quantity\":\"4\",");

    assertThat(rejected(Bridged.envelope(envelope(twice))).code()).isEqualTo("BRI-013");
  }

  @Test
  void refuses_a_time_without_an_offset() {
    String local = with(sale(), "2025-03-04T05:06:07Z", "2025-03-04T05:06:07");

    assertThat(rejected(Bridged.envelope(envelope(local))).reason()).isEqualTo(Reason.SCHEMA);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/vnd.masstransit+bson", "application/xml", "text/plain", ""})
  void refuses_other_serializers(String contentType) {
    Rejected rejected = rejected(Bridged.message(contentType, envelope(sale()), Map.of()));

    assertThat(rejected.reason()).isEqualTo(Reason.WRONG_CONTENT_TYPE);
  }

  @Test
  void keeps_the_correlation_id_and_the_trace() {
    String guid = "9BBCF5F0-596E-4E90-B3C5-1B27358C5AEB";
    String correlated =
        with(envelope(sale()), "\"correlationId\":null", "\"correlationId\":\"" + guid + "\"");

    Outgoing message =
        accepted(
            Bridged.message(
                "Application/vnd.MassTransit+JSON; charset=UTF-8",
                correlated,
                Map.of("MT-Activity-Id", TRACE, "traceparent", "something else")));

    assertThat(message.properties().getCorrelationId()).isEqualToIgnoringCase(guid);
    assertThat(message.properties().getHeaders()).containsEntry("traceparent", TRACE);
  }

  @Test
  void gives_a_message_without_an_id_the_same_id_whenever_it_comes() {
    String nobody = with(envelope(sale()), "\"" + MESSAGE_ID + "\"", "null");
    String other = with(nobody, "\"SO-1\"", "\"SO-2\"");

    String id = accepted(Bridged.envelope(nobody)).properties().getMessageId();

    assertThat(accepted(Bridged.envelope(nobody)).properties().getMessageId()).isEqualTo(id);
    assertThat(accepted(Bridged.envelope(other)).properties().getMessageId()).isNotEqualTo(id);
  }

  @Test
  void takes_the_empty_guid_for_none() {
    String empty = with(envelope(sale()), MESSAGE_ID, "00000000-0000-0000-0000-000000000000");

    assertThat(accepted(Bridged.envelope(empty)).properties().getMessageId())
        .isNotEqualTo("00000000-0000-0000-0000-000000000000");
  }

  @Test
  void reads_a_message_without_an_envelope_by_its_headers() {
    Message message =
        Bridged.message(
            "application/json",
            sale(),
            Map.of(
                "MT-MessageType",
                URN + ";urn:message:IM.Contract:IEvent",
                "MessageId",
                MESSAGE_ID,
                "CorrelationId",
                "9bbcf5f0-596e-4e90-b3c5-1b27358c5aeb",
                "ConversationId",
                CONVERSATION));

    Outgoing read = accepted(message);

    assertThat(read.properties().getMessageId()).isEqualTo(MESSAGE_ID);
    assertThat(read.properties().getCorrelationId())
        .isEqualTo("9bbcf5f0-596e-4e90-b3c5-1b27358c5aeb");
    assertThat(read.properties().getHeaders()).containsEntry("ConversationId", CONVERSATION);
  }

  @Test
  void refuses_plain_json_of_which_nobody_says_the_type() {
    Rejected rejected = rejected(Bridged.message("application/json", sale(), Map.of()));

    assertThat(rejected.reason()).isEqualTo(Reason.UNSUPPORTED_TYPE);
    assertThat(rejected.code()).isEqualTo("BRI-011");
  }

  /** Messages as seen on the wire, and what the notes beside them say of each. */
  @ParameterizedTest
  @CsvSource({
    "01-docs-full-envelope.json, Company.Project:SubmitOrder, 181c0000-6393-3630-36a4-08daf4e7c6da",
    "02-minimal-envelope.json, MassTransit.TestFramework.Messages:PingMessage,",
    "03-published-null-ids.json, TestSerialization:TestMessage, 00ab0000-6ab3-f8b4-f78c-08db7c8365ff"
  })
  void understands_the_reference_messages(
      String name, String type, @Nullable String messageId, @TempDir Path mappings)
      throws IOException {
    Path file = REFERENCE.resolve(name);
    Assumptions.assumeTrue(Files.exists(file), file + " is not here: skipped");
    Path folder = Files.createDirectories(mappings.resolve("tests/seen-on-the-wire/v1"));
    Files.writeString(
        folder.resolve("message.schema.json"),
        """
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
         "properties": {
           "orderId": {"type": "string", "format": "uuid"},
           "timestamp": {"type": "string", "format": "timestamp"},
           "correlationId": {"type": "string", "format": "uuid"},
           "name": {"type": "string", "format": "text"}}}
        """);
    Files.writeString(folder.resolve("totals.jslt"), "[]\n");
    var bridge = new Bridged(mappings);
    String table = "urn:message:" + type + " -> tests.seen-on-the-wire.v1";

    Message received = Bridged.envelope(Files.readString(file));
    Outgoing message = Objects.requireNonNull(bridge.in(table, received).outgoing());

    var properties = message.properties();
    if (messageId == null) {
      assertThat(properties.getMessageId())
          .isEqualTo(
              Objects.requireNonNull(bridge.in(table, received).outgoing())
                  .properties()
                  .getMessageId());
    } else {
      assertThat(properties.getMessageId()).isEqualTo(messageId);
    }
    assertThat(properties.getCorrelationId()).isNull();
    JsonNode body = Bridged.json(message.body());
    switch (name.substring(0, 2)) {
      case "01" -> {
        assertThat(body.get("orderId").asText()).isEqualTo("181c0000-6393-3630-36a4-08daf4e7c6da");
        assertThat(body.get("timestamp").asText()).isEqualTo("2023-01-12T21:55:53.714Z");
        assertThat(properties.getHeaders())
            .containsEntry("RequestId", "ef375b18-69ee-4a9e-b5ec-44ee1177a27e")
            .doesNotContainKeys("ConversationId", "InitiatorId");
        assertThat(properties.getTimestamp()).isEqualTo("2023-01-12T21:55:53.715Z");
      }
      case "02" ->
          assertThat(body.toString())
              .isEqualTo("{\"correlationId\":\"9BBCF5F0-596E-4E90-B3C5-1B27358C5AEB\"}");
      default -> {
        assertThat(body.get("name").asText()).isEqualTo("Hello world!");
        assertThat(properties.getHeaders()).containsEntry("ConversationId", CONVERSATION);
      }
    }
  }

  @Test
  void rejects_a_reference_message_whose_type_no_line_names() throws IOException {
    Path file = REFERENCE.resolve("01-docs-full-envelope.json");
    Assumptions.assumeTrue(Files.exists(file), file + " is not here: skipped");

    assertThat(rejected(Bridged.envelope(Files.readString(file))).reason())
        .isEqualTo(Reason.UNSUPPORTED_TYPE);
  }
}
