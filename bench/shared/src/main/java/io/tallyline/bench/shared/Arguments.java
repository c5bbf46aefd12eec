package io.tallyline.bench.shared;

import com.rabbitmq.client.ConnectionFactory;
import java.util.HashMap;
import java.util.Map;

/** The words after a program's name, {@code --name=value}. */
public final class Arguments {
  private final Map<String, String> values = new HashMap<>();

  public Arguments(String[] words) {
    for (String word : words) {
      int equals = word.indexOf('=');
      if (!word.startsWith("--") || equals < 0) {
        throw new IllegalArgumentException("not of the form --name=value: " + word);
      }
      values.put(word.substring(2, equals), word.substring(equals + 1));
    }
  }

  /** A value that has to be there. */
  public String get(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + "= is missing");
    }
    return value;
  }

  public String get(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  public int number(String name) {
    return Integer.parseInt(get(name));
  }

  /** RabbitMQ, by {@code rabbit-*}. */
  public ConnectionFactory broker() {
    var broker = new ConnectionFactory();
    broker.setHost(get("rabbit-host"));
    broker.setPort(number("rabbit-port"));
    broker.setVirtualHost(get("rabbit-virtual-host"));
    broker.setUsername(get("rabbit-user"));
    broker.setPassword(get("rabbit-password"));
    return broker;
  }

  /** What Spring Boot has to be told of the same broker and of the inventory's database. */
  public Map<String, Object> springProperties() {
    return new HashMap<>(
        Map.of(
            "spring.main.banner-mode", "off",
            "spring.rabbitmq.host", get("rabbit-host"),
            "spring.rabbitmq.port", get("rabbit-port"),
            "spring.rabbitmq.virtual-host", get("rabbit-virtual-host"),
            "spring.rabbitmq.username", get("rabbit-user"),
            "spring.rabbitmq.password", get("rabbit-password"),
            "spring.datasource.url", get("inventory-url"),
            "spring.datasource.username", get("inventory-user"),
            "spring.datasource.password", get("inventory-password"),
            "logging.level.root", "WARN"));
  }
}
