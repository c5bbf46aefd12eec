package io.tallyline.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.DeadLetters.Failure;
import io.tallyline.testing.RabbitNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitTemplate;

class DeadLettersIT {
  private static final Instant FIRST = Instant.parse("2026-11-23T08:00:00.123456Z");
  private static final Instant LAST = Instant.parse("2026-11-23T09:00:00Z");
  private static final byte[] NOT_TEXT = {0, (byte) 0xff, (byte) 0xc3, 0x28, 10, 13, (byte) 0x80};

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final CachingConnectionFactory connections = node.spring(virtualHost);
  private final DeadLetters deadLetters =
      new DeadLetters(new ConfirmedPublisher(connections, "test", Duration.ofSeconds(10)));

  @BeforeEach
  void declare_the_queues() throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection();
        Channel channel = connection.createChannel()) {
      channel.exchangeDeclare(Names.DEAD_EXCHANGE, BuiltinExchangeType.DIRECT, true);
      for (String queue : List.of(Names.JOURNAL_DEAD_QUEUE, Names.OUTBOX_DEAD_QUEUE, "work")) {
        channel.queueDeclare(queue, true, false, false, Map.of());
        channel.queueBind(queue, Names.DEAD_EXCHANGE, queue);
      }
    }
  }

  @AfterEach
  void close() {
    deadLetters.close();
    connections.destroy();
  }

  @Test
  void keeps_body_properties_and_headers_and_says_why() throws Exception {
    var headers = new HashMap<String, Object>();
    headers.put("cloudEvents:id", "4711");
    headers.put("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    headers.put("hub-versions", "v1,v2");
    headers.put("long", "ä".repeat(1_500));
    headers.put("bytes", NOT_TEXT);
    headers.put("nothing", null);
    headers.put("number", 12345678901L);
    headers.put("list", List.of("a", 1, Map.of("b", true)));
    var sent =
        new AMQP.BasicProperties.Builder()
            .messageId("id-1")
            .correlationId("correlation-1")
            .type("inventory.sales-transaction-created.v1")
            .timestamp(new Date(1_700_000_000_000L))
            .appId("inventory")
            .contentType("application/json")
            .contentEncoding("utf-8")
            .priority(3)
            .deliveryMode(1)
            .expiration("60000")
            .replyTo("work")
            .userId("guest")
            .headers(headers)
            .build();

    GetResponse dead = deadLetterOf(sent, NOT_TEXT);

    assertThat(dead.getBody()).isEqualTo(NOT_TEXT);
    AMQP.BasicProperties got = dead.getProps();
    assertThat(got.getMessageId()).isEqualTo("id-1");
    assertThat(got.getCorrelationId()).isEqualTo("correlation-1");
    assertThat(got.getType()).isEqualTo("inventory.sales-transaction-created.v1");
    assertThat(got.getTimestamp()).isEqualTo(new Date(1_700_000_000_000L));
    assertThat(got.getAppId()).isEqualTo("inventory");
    assertThat(got.getContentType()).isEqualTo("application/json");
    assertThat(got.getContentEncoding()).isEqualTo("utf-8");
    assertThat(got.getPriority()).isEqualTo(3);
    assertThat(got.getDeliveryMode()).isEqualTo(2);
    assertThat(got.getExpiration()).isNull();
    assertThat(got.getReplyTo()).isNull();
    assertThat(got.getUserId()).isNull();
    assertThat(text(got, "cloudEvents:id")).isEqualTo("4711");
    assertThat(text(got, "traceparent")).isEqualTo(headers.get("traceparent"));
    assertThat(text(got, "hub-versions")).isEqualTo("v1,v2");
    assertThat(text(got, "long")).isEqualTo(headers.get("long"));
    assertThat(got.getHeaders().get("bytes")).isEqualTo(NOT_TEXT);
    assertThat(got.getHeaders()).containsEntry("nothing", null);
    assertThat(got.getHeaders().get("number")).isEqualTo(12345678901L);
    assertThat(got.getHeaders().get("list")).hasToString("[a, 1, {b=true}]");
    assertThat(text(got, Names.HUB_REASON)).isEqualTo("totals");
    assertThat(text(got, Names.HUB_ERROR)).isEqualTo("MAP-001 the totals differ");
    assertThat(got.getHeaders().get(Names.HUB_ATTEMPTS)).isEqualTo(4);
    assertThat(text(got, Names.HUB_FIRST_FAILED_AT)).isEqualTo("2026-11-23T08:00:00.123Z");
    assertThat(text(got, Names.HUB_LAST_FAILED_AT)).isEqualTo("2026-11-23T09:00:00Z");
    assertThat(text(got, Names.HUB_QUEUE)).isEqualTo(Names.JOURNAL_QUEUE);
    assertThat(text(got, Names.HUB_ROUTING_KEY)).isEqualTo("inventory.sales.v1");
  }

  @Test
  void keeps_a_message_without_properties_without_them() throws Exception {
    GetResponse dead = deadLetterOf(new AMQP.BasicProperties.Builder().build(), new byte[0]);

    assertThat(dead.getBody()).isEmpty();
    assertThat(dead.getProps().getContentType()).isNull();
    assertThat(dead.getProps().getMessageId()).isNull();
    assertThat(dead.getProps().getPriority()).isNull();
    assertThat(dead.getProps().getTimestamp()).isNull();
  }

  @Test
  void removes_headers_that_only_the_hub_may_set() throws Exception {
    GetResponse dead =
        deadLetterOf(
            headers(Map.of("hub-attempts", 99, "Hub-Reason", "forged", "hub-replay-id", "x")),
            NOT_TEXT);

    assertThat(dead.getProps().getHeaders().get(Names.HUB_ATTEMPTS)).isEqualTo(4);
    assertThat(dead.getProps().getHeaders()).doesNotContainKeys("Hub-Reason", "hub-replay-id");
  }

  @Test
  void lets_no_sender_copy_a_dead_letter_into_another_queue() throws Exception {
    var headers = new HashMap<String, Object>();
    headers.put("CC", List.of(Names.OUTBOX_DEAD_QUEUE));

    Message message = received(headers(headers), NOT_TEXT);
    assertThat(get(Names.OUTBOX_DEAD_QUEUE)).as("the sender's own copy").isNotNull();

    deadLetters.publish(List.of(failure(message, "MAP-001 the totals differ")));

    GetResponse dead = get(Names.JOURNAL_DEAD_QUEUE);
    assertThat(dead.getProps().getHeaders().get("hub-sender-cc"))
        .hasToString("[inventory.outbox.dead]");
    assertThat(get(Names.OUTBOX_DEAD_QUEUE)).isNull();
  }

  @Test
  void leaves_out_headers_too_large_for_a_frame_and_names_them() throws Exception {
    GetResponse dead =
        deadLetterOf(headers(Map.of("huge", "x".repeat(100_000), "small", "kept")), NOT_TEXT);

    assertThat(dead.getBody()).isEqualTo(NOT_TEXT);
    assertThat(text(dead.getProps(), "small")).isEqualTo("kept");
    assertThat(dead.getProps().getHeaders()).doesNotContainKey("huge");
    assertThat(text(dead.getProps(), Names.HUB_ERROR))
        .isEqualTo("MAP-001 the totals differ [headers too large to keep: huge (100010 bytes)]");
  }

  @Test
  void takes_thousands_of_headers_and_a_very_long_error() throws Exception {
    var headers = new HashMap<String, Object>();
    for (int index = 0; index < 6_000; index++) {
      headers.put("header-" + index, index);
    }
    Message message = received(headers(headers), NOT_TEXT);

    deadLetters.publish(List.of(failure(message, "é\u0000" + "x".repeat(100_000))));

    String error = text(get(Names.JOURNAL_DEAD_QUEUE).getProps(), Names.HUB_ERROR);
    assertThat(error).startsWith("é x").contains(" more]").hasSizeLessThan(1_500);
  }

  @Test
  void takes_what_was_rejected_at_its_first_attempt() throws Exception {
    Message message = received(headers(Map.of()), NOT_TEXT);
    var rejected = new Rejected(Reason.NOT_JSON, "MAP-002", "not JSON");

    deadLetters.publish(
        List.of(
            Failure.rejected(
                message, rejected, Names.JOURNAL_DEAD_QUEUE, Names.JOURNAL_QUEUE, LAST)));

    AMQP.BasicProperties dead = get(Names.JOURNAL_DEAD_QUEUE).getProps();
    assertThat(dead.getHeaders().get(Names.HUB_ATTEMPTS)).isEqualTo(1);
    assertThat(text(dead, Names.HUB_REASON)).isEqualTo("not-json");
    assertThat(text(dead, Names.HUB_ROUTING_KEY)).isEqualTo("work");
  }

  private GetResponse deadLetterOf(AMQP.BasicProperties sent, byte[] body) throws Exception {
    deadLetters.publish(List.of(failure(received(sent, body), "MAP-001 the totals differ")));
    return get(Names.JOURNAL_DEAD_QUEUE);
  }

  private static Failure failure(Message message, String error) {
    return new Failure(
        message,
        Reason.TOTALS,
        error,
        Names.JOURNAL_DEAD_QUEUE,
        Names.JOURNAL_QUEUE,
        "inventory.sales.v1",
        4,
        FIRST,
        LAST);
  }

  private static AMQP.BasicProperties headers(Map<String, Object> headers) {
    return new AMQP.BasicProperties.Builder().headers(headers).build();
  }

  /** Sends as a stranger does and receives as the hub's consumer does. */
  private Message received(AMQP.BasicProperties sent, byte[] body) throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection();
        Channel channel = connection.createChannel()) {
      channel.basicPublish("", "work", sent, body);
    }
    List<Message> got = new ArrayList<>();
    var template = new RabbitTemplate(connections);
    await()
        .until(
            () -> {
              Message message = template.receive("work");
              if (message != null) {
                got.add(message);
              }
              return !got.isEmpty();
            });
    return got.get(0);
  }

  private GetResponse get(String queue) throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection();
        Channel channel = connection.createChannel()) {
      return channel.basicGet(queue, true);
    }
  }

  private static String text(AMQP.BasicProperties properties, String header) {
    return String.valueOf(properties.getHeaders().get(header));
  }
}
