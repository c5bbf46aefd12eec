package io.tallyline.faults;

import com.rabbitmq.client.Connection;
import io.tallyline.testing.RabbitNode;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;

/** A virtual host of a single node. */
public record NodeBroker(RabbitNode node, String virtualHost) implements Broker {
  @Override
  public String addresses() {
    return node.address();
  }

  @Override
  public String username() {
    return node.username();
  }

  @Override
  public String password() {
    return node.password();
  }

  @Override
  public Connection connect() throws IOException, TimeoutException {
    return node.client(virtualHost).newConnection("checker");
  }

  @Override
  public Map<String, Long> messages() {
    return read(node.rabbitmqctl("list_queues", "-q", "-p", virtualHost, "name", "messages"));
  }

  /** Reads {@code rabbitmqctl list_queues name messages}; other lines are left out. */
  public static Map<String, Long> read(String listing) {
    Map<String, Long> messages = new TreeMap<>();
    listing
        .lines()
        .map(line -> line.strip().split("\t"))
        .filter(columns -> columns.length == 2 && columns[1].matches("[0-9]+"))
        .forEach(columns -> messages.put(columns[0], Long.parseLong(columns[1])));
    return messages;
  }
}
