package io.tallyline.bench.shared;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** The hub's exchanges and queues, as far as sales need them. */
public final class Topology {
  public static final String EVENTS = "erp.events";
  public static final String DEAD = "hub.dead";
  public static final String JOURNAL_QUEUE = "finance.journal";
  public static final String JOURNAL_DEAD_QUEUE = "finance.journal.dead";
  public static final String OUTBOX_DEAD_QUEUE = "inventory.outbox.dead";
  public static final String FINANCE_OUTBOX_DEAD_QUEUE = "finance.outbox.dead";

  private static final String INVENTORY = "erp.inventory";
  private static final String UNROUTED = "erp.unrouted";

  private Topology() {}

  /**
   * @param type {@code quorum} or {@code classic}
   */
  public static void declare(ConnectionFactory broker, String type)
      throws IOException, TimeoutException {
    Map<String, Object> plain = Map.of("x-queue-type", type);
    Map<String, Object> work =
        type.equals("classic")
            ? plain
            : Map.of(
                "x-queue-type",
                type,
                "x-delivery-limit",
                100,
                "x-dead-letter-exchange",
                DEAD,
                "x-dead-letter-routing-key",
                JOURNAL_DEAD_QUEUE,
                "x-dead-letter-strategy",
                "at-least-once",
                "x-overflow",
                "reject-publish");
    Map<String, Object> dead =
        type.equals("classic")
            ? plain
            : Map.of("x-queue-type", type, "x-overflow", "reject-publish");
    try (Connection connection = broker.newConnection("declare");
        Channel channel = connection.createChannel()) {
      channel.exchangeDeclare(UNROUTED, "fanout", true);
      channel.queueDeclare(UNROUTED, true, false, false, plain);
      channel.queueBind(UNROUTED, UNROUTED, "");
      channel.exchangeDeclare(EVENTS, "topic", true);
      channel.exchangeDeclare(
          INVENTORY, "topic", true, false, Map.of("alternate-exchange", UNROUTED));
      channel.exchangeBind(INVENTORY, EVENTS, "inventory.#");
      channel.exchangeDeclare(DEAD, "direct", true);
      for (String queue :
          List.of(JOURNAL_DEAD_QUEUE, OUTBOX_DEAD_QUEUE, FINANCE_OUTBOX_DEAD_QUEUE)) {
        channel.queueDeclare(queue, true, false, false, dead);
        channel.queueBind(queue, DEAD, queue);
      }
      channel.queueDeclare(JOURNAL_QUEUE, true, false, false, work);
      channel.queueBind(JOURNAL_QUEUE, INVENTORY, "inventory.#");
    }
  }
}
