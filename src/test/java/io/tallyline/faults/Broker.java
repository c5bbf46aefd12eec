package io.tallyline.faults;

import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** A RabbitMQ of one node or several, as the hub and the checker see it. */
public interface Broker {
  /** As in {@code spring.rabbitmq.addresses}. */
  String addresses();

  String username();

  String password();

  String virtualHost();

  /** A connection beside the hub's, without automatic recovery. */
  Connection connect() throws IOException, TimeoutException;

  /**
   * Messages in each queue of the virtual host, those included that a consumer holds or that are on
   * their way to another queue.
   */
  Map<String, Long> messages();
}
