package io.tallyline.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.Exchange;
import org.springframework.amqp.core.Queue;

/**
 * Topology beans as RabbitMQ's definitions name them: what {@code docker/rabbitmq/definitions.json}
 * has to say so that a hub finds everything that it would declare itself.
 */
record Definitions(Set<Object> exchanges, Set<Object> queues, Set<Object> bindings) {
  static final String VIRTUAL_HOST = "/";

  /** Who may do what; the passwords come from {@code docker/rabbitmq/users.sh}. */
  private static final String USERS =
      """
        "users": [
          {"name":"relay","password_hash":"","hashing_algorithm":"rabbit_password_hashing_sha256","limits":{},"tags":""},
          {"name":"finance","password_hash":"","hashing_algorithm":"rabbit_password_hashing_sha256","limits":{},"tags":""},
          {"name":"store","password_hash":"","hashing_algorithm":"rabbit_password_hashing_sha256","limits":{},"tags":""},
          {"name":"ops","password_hash":"","hashing_algorithm":"rabbit_password_hashing_sha256","limits":{},"tags":"monitoring"}
        ],
        "vhosts": [
          {"name":"/"}
        ],
        "permissions": [
          {"user":"relay","vhost":"/","configure":"^$","write":"^(erp\\\\.events|hub\\\\.dead)$","read":"^inventory\\\\.outbox\\\\.retry$"},
          {"user":"finance","vhost":"/","configure":"^$","write":"^(erp\\\\.events|hub\\\\.retry|hub\\\\.dead)$","read":"^finance\\\\.(journal|outbox\\\\.retry)$"},
          {"user":"store","vhost":"/","configure":"^$","write":"^(hub\\\\.return|amq\\\\.default)$","read":"^(hub\\\\.(event-store|attempts)|.+\\\\.dead)$"},
          {"user":"ops","vhost":"/","configure":"^$","write":"^$","read":"^(erp\\\\.unrouted|.+\\\\.dead)$"}
        ],
        "topic_permissions": [
          {"user":"relay","vhost":"/","exchange":"erp.events","write":"^inventory\\\\.","read":"^$"},
          {"user":"finance","vhost":"/","exchange":"erp.events","write":"^finance\\\\.","read":"^$"}
        ],
        "parameters": [],
        "global_parameters": [],
        "policies": [],
      """;

  static Definitions of(Collection<Declarable> topology) {
    var definitions =
        new Definitions(new LinkedHashSet<>(), new LinkedHashSet<>(), new LinkedHashSet<>());
    topology.forEach(definitions::add);
    return definitions;
  }

  private void add(Declarable declarable) {
    var said = new LinkedHashMap<String, Object>();
    if (declarable instanceof Exchange exchange) {
      said.put("name", exchange.getName());
      said.put("vhost", VIRTUAL_HOST);
      said.put("type", exchange.getType());
      said.put("durable", exchange.isDurable());
      said.put("auto_delete", exchange.isAutoDelete());
      said.put("internal", exchange.isInternal());
      said.put("arguments", exchange.getArguments());
      exchanges.add(said);
    } else if (declarable instanceof Queue queue) {
      said.put("name", queue.getName());
      said.put("vhost", VIRTUAL_HOST);
      said.put("durable", queue.isDurable());
      said.put("auto_delete", queue.isAutoDelete());
      said.put("arguments", queue.getArguments());
      queues.add(said);
    } else if (declarable instanceof Binding binding) {
      said.put("source", binding.getExchange());
      said.put("vhost", VIRTUAL_HOST);
      said.put("destination", binding.getDestination());
      said.put("destination_type", binding.isDestinationQueue() ? "queue" : "exchange");
      said.put("routing_key", binding.getRoutingKey());
      said.put("arguments", Map.of());
      bindings.add(said);
    }
  }

  /** The whole file, one thing a line. */
  String json() {
    return "{\n"
        + USERS
        + array("exchanges", exchanges)
        + ",\n"
        + array("queues", queues)
        + ",\n"
        + array("bindings", bindings)
        + "\n}\n";
  }

  private static String array(String name, Set<Object> things) {
    List<String> lines = new ArrayList<>();
    for (Object thing : things) {
      try {
        lines.add("    " + new JsonMapper().writeValueAsString(thing));
      } catch (JsonProcessingException failure) {
        throw new IllegalStateException(failure);
      }
    }
    return "  \"%s\": [\n%s\n  ]".formatted(name, String.join(",\n", lines));
  }
}
