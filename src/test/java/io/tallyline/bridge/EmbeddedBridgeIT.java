package io.tallyline.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.deadletter.DeadLetter;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.BindingBuilder;
import org.springframework.amqp.core.FanoutExchange;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageBuilder;
import org.springframework.amqp.core.MessagePropertiesBuilder;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The bridge on the embedded servers. */
class EmbeddedBridgeIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String IN =
      "IM.Contract.IntegrationEvents.Transactions:SalesTransactionCreatedIntegrationEvent";
  private static final String OUT = "Tallyline.Contracts.Inventory:SalesTransactionCreated";

  @TempDir Path data;

  @Test
  void carries_a_sale_from_masstransit_into_the_ledger_and_to_masstransit() {
    try (TestHub hub =
        new TestHub.Settings()
            .with("hub.data-directory", data.toString())
            .with("hub.bridge.masstransit.enabled", "true")
            .start()) {
      AmqpAdmin admin = hub.bean(AmqpAdmin.class);
      admin.declareQueue(new Queue("orders"));
      admin.declareBinding(BindingBuilder.bind(new Queue("orders")).to(new FanoutExchange(OUT)));
      RabbitTemplate net = hub.bean(RabbitTemplate.class);

      net.send(IN, "", envelope(UUID.randomUUID().toString(), "\"31.50\""));
      net.send(IN, "", envelope(UUID.randomUUID().toString(), "\"31,50\""));

      await().atMost(LONG).until(() -> journals(hub) == 1);
      // The store has taken it out of hub.masstransit.dead.
      await()
          .atMost(LONG)
          .untilAsserted(
              () ->
                  assertThat(
                          hub.bean(DeadLetterDesk.class)
                              .list(DeadLetterFilter.OPEN, Long.MAX_VALUE, 9))
                      .extracting(DeadLetter::deadQueue)
                      .containsExactly("hub.masstransit.dead"));
      await().atMost(LONG).until(() -> messages(admin, "orders") == 1);
      JsonNode envelope = Bridged.json(Objects.requireNonNull(net.receive("orders")).getBody());
      assertThat(envelope.get("message").get("totalSalesValue").toString()).isEqualTo("\"31.50\"");
    }
  }

  private static Message envelope(String id, String total) {
    String sale = SaleMessages.with(id, "\"totalSalesValue\":31.5", "\"totalSalesValue\":" + total);
    String body = "{\"messageType\":[\"urn:message:%s\"],\"message\":%s}".formatted(IN, sale);
    return MessageBuilder.withBody(body.getBytes(StandardCharsets.UTF_8))
        .andProperties(
            MessagePropertiesBuilder.newInstance()
                .setContentType("application/vnd.masstransit+json")
                .build())
        .build();
  }

  private static long journals(TestHub hub) {
    return JdbcClient.create(hub.context().getBean("financeDataSource", DataSource.class))
        .sql("SELECT count(*) FROM finance.ledger_journal")
        .query(Long.class)
        .single();
  }

  private static long messages(AmqpAdmin admin, String queue) {
    var information = admin.getQueueInfo(queue);
    return information == null ? -1 : information.getMessageCount();
  }
}
