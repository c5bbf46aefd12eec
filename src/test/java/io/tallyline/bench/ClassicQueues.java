package io.tallyline.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.File;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * The hub's topology with classic queues. The hub itself declares quorum queues only, but takes
 * what an operator has declared ({@code hub.delivery.declare=false}).
 */
final class ClassicQueues {
  private static final File DEFINITIONS = new File("docker/rabbitmq/definitions.json");

  private ClassicQueues() {}

  static void declare(Site site) throws IOException, TimeoutException {
    JsonNode definitions = new ObjectMapper().readTree(DEFINITIONS);
    try (Connection connection = site.rabbit().client(site.virtualHost()).newConnection("bench");
        Channel channel = connection.createChannel()) {
      for (JsonNode exchange : definitions.path("exchanges")) {
        channel.exchangeDeclare(
            exchange.path("name").textValue(),
            exchange.path("type").textValue(),
            true,
            false,
            arguments(exchange));
      }
      for (JsonNode queue : definitions.path("queues")) {
        if (!ofTheStore(queue.path("name").textValue())) {
          channel.queueDeclare(queue.path("name").textValue(), true, false, false, classic(queue));
        }
      }
      for (JsonNode binding : definitions.path("bindings")) {
        bind(channel, binding);
      }
    }
  }

  /** Nobody would read them: the hub that is measured has no role store. */
  private static boolean ofTheStore(String queue) {
    return queue.startsWith("hub.");
  }

  private static void bind(Channel channel, JsonNode binding) throws IOException {
    String to = binding.path("destination").textValue();
    String from = binding.path("source").textValue();
    String key = binding.path("routing_key").textValue();
    if (binding.path("destination_type").textValue().equals("exchange")) {
      channel.exchangeBind(to, from, key);
    } else if (!ofTheStore(to)) {
      channel.queueBind(to, from, key);
    }
  }

  private static Map<String, Object> classic(JsonNode queue) {
    Map<String, Object> arguments = arguments(queue);
    arguments.put("x-queue-type", "classic");
    arguments.remove("x-delivery-limit");
    arguments.remove("x-dead-letter-strategy");
    return arguments;
  }

  private static Map<String, Object> arguments(JsonNode of) {
    Map<String, Object> arguments = new HashMap<>();
    of.path("arguments")
        .properties()
        .forEach(
            argument ->
                arguments.put(
                    argument.getKey(),
                    argument.getValue().isNumber()
                        ? (Object) argument.getValue().longValue()
                        : argument.getValue().textValue()));
    return arguments;
  }
}
