package io.tallyline.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Reason;
import io.tallyline.delivery.Outgoing;
import io.tallyline.testing.SaleMessages;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.core.Message;

class WriteEnvelopesTest {
  private static final String KEY = SaleMessages.KEY;
  private static final String TABLE = KEY + " -> Company.Contracts:SaleHappened";
  private static final String TRANSACTION = "5b1f0d52-90a4-4b35-8f5e-6d3f1a2b3c4d";
  private static final String ID = "c3f5f8c2-0a3e-4e0a-9f5e-0f0e0d0c0b0a";
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final Bridged BRIDGE = new Bridged();

  private static Message sale() {
    return Bridged.integrationMessage(KEY, Bridged.json(SaleMessages.valid(TRANSACTION)), ID);
  }

  private static Outgoing written(Message message) {
    Crossing crossing = BRIDGE.out(TABLE, message);
    assertThat(crossing.rejection()).isNull();
    return Objects.requireNonNull(crossing.outgoing());
  }

  @Test
  void writes_the_envelope_that_masstransit_expects() {
    Message sale = sale();
    sale.getMessageProperties().setCorrelationId("9BBCF5F0-596E-4E90-B3C5-1B27358C5AEB");
    sale.getMessageProperties().setHeader("traceparent", TRACE);

    Outgoing message = written(sale);

    assertThat(message.exchange()).isEqualTo("Company.Contracts:SaleHappened");
    assertThat(message.routingKey()).isEmpty();
    assertThat(message.mandatory()).isFalse();
    assertThat(message.properties().getContentType()).isEqualTo("application/vnd.masstransit+json");
    assertThat(message.properties().getMessageId()).isEqualTo(ID);
    assertThat(message.properties().getDeliveryMode()).isEqualTo(2);
    assertThat(message.properties().getHeaders())
        .containsEntry("MT-Activity-Id", TRACE)
        .containsEntry("traceparent", TRACE)
        .containsEntry("Content-Type", "application/vnd.masstransit+json");
    JsonNode envelope = Bridged.json(message.body());
    assertThat(envelope.get("messageId").asText()).isEqualTo(ID);
    assertThat(envelope.get("correlationId").asText())
        .isEqualTo("9bbcf5f0-596e-4e90-b3c5-1b27358c5aeb");
    assertThat(envelope.get("conversationId").asText())
        .isEqualTo("9bbcf5f0-596e-4e90-b3c5-1b27358c5aeb");
    assertThat(envelope.get("messageType").toString())
        .isEqualTo("[\"urn:message:Company.Contracts:SaleHappened\"]");
    assertThat(envelope.get("sentTime").asText()).isEqualTo("2026-11-25T10:00:00Z");
    assertThat(envelope.get("sourceAddress").asText())
        .isEqualTo("rabbitmq://rabbit-1/hub.masstransit.out");
    assertThat(envelope.get("destinationAddress").asText())
        .isEqualTo("rabbitmq://rabbit-1/Company.Contracts:SaleHappened");
    assertThat(envelope.get("requestId").isNull()).isTrue();
    assertThat(envelope.get("headers").get("MT-Activity-Id").asText()).isEqualTo(TRACE);
    assertThat(envelope.get("host").get("processName").asText()).isEqualTo("tallyline");
    JsonNode line = envelope.get("message").get("lineItems").get(0);
    assertThat(line.get("unitSellingPrice").toString()).isEqualTo("\"10.5\"");
    assertThat(line.get("itemNumber").asText()).isEqualTo("LAMP-7");
  }

  @Test
  void brings_a_correlation_id_that_is_no_guid_there_and_back() {
    Message sale = sale();
    sale.getMessageProperties().setCorrelationId("req-7781");

    Outgoing message = written(sale);

    JsonNode envelope = Bridged.json(message.body());
    assertThat(envelope.get("correlationId").isNull()).isTrue();
    assertThat(envelope.get("conversationId").asText()).isEqualTo(ID);
    Crossing back =
        BRIDGE.in(
            "urn:message:Company.Contracts:SaleHappened -> " + KEY, Bridged.received(message));
    assertThat(Objects.requireNonNull(back.outgoing()).properties().getCorrelationId())
        .isEqualTo("req-7781");
  }

  @Test
  void gives_a_message_whose_id_is_no_guid_the_same_guid_whenever_it_comes() {
    Message sale = sale();
    sale.getMessageProperties().setMessageId("4711");

    String id = written(sale).properties().getMessageId();

    assertThat(Fields.asGuid(id)).isNotNull();
    assertThat(written(sale).properties().getMessageId()).isEqualTo(id);
  }

  @Test
  void refuses_what_is_not_as_its_contract_says() {
    JsonNode wrong =
        Bridged.json(
            SaleMessages.with(TRANSACTION, "\"totalSalesValue\":31.5", "\"totalSalesValue\":31.6"));

    Crossing crossing = BRIDGE.out(TABLE, Bridged.integrationMessage(KEY, wrong, ID));

    assertThat(Objects.requireNonNull(crossing.rejection()).reason()).isEqualTo(Reason.TOTALS);
  }

  @Test
  void refuses_a_message_that_no_line_names() {
    Crossing crossing =
        BRIDGE.out("inventory.purchase-transaction-created.v1 -> Company.Contracts:Bought", sale());

    assertThat(Objects.requireNonNull(crossing.rejection()).code()).isEqualTo("BRI-015");
  }

  @Test
  void leaves_whole_numbers_numbers() {
    String key = "finance.journal-posted.v1";
    JsonNode posted =
        Bridged.json(
            """
            {"journalId": 12, "source": "Inventory", "reference": "r", "journalDate": "2025-03-04",
             "currencyCode": "USD", "totalDebit": 53.25, "totalCredit": 53.25,
             "eventId": "c3f5f8c2-0a3e-4e0a-9f5e-0f0e0d0c0b0a", "eventType": "e",
             "eventVersion": 1, "createdAt": "2025-03-04T05:06:08Z"}
            """);

    Crossing crossing =
        BRIDGE.out(
            key + " -> Company.Contracts:Posted", Bridged.integrationMessage(key, posted, ID));

    assertThat(crossing.rejection()).isNull();
    JsonNode message =
        Bridged.json(Objects.requireNonNull(crossing.outgoing()).body()).get("message");
    assertThat(message.get("journalId").toString()).isEqualTo("12");
    assertThat(message.get("totalDebit").toString()).isEqualTo("\"53.25\"");
  }
}
