package io.tallyline.delivery;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Exchange;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Looks whether every exchange and queue of this process is on the broker, where the hub may not
 * declare them ({@code hub.delivery.declare=false}). It asks passively, which needs no permission.
 *
 * <p>AMQP tells no more than that they exist. A wrong binding shows itself when it is used: as a
 * message in {@code erp.unrouted}, or as one that the broker returns and the hub keeps.
 */
final class FindTopology {
  private final RabbitAdmin admin;
  private final ObjectProvider<Declarables> topology;
  private final String where;

  /**
   * @param where the broker's addresses, for people; no credentials
   */
  FindTopology(RabbitAdmin admin, ObjectProvider<Declarables> topology, String where) {
    this.admin = admin;
    this.topology = topology;
    this.where = where;
  }

  /** Asks the broker for one thing by its name. */
  private interface Question {
    void ask(Channel channel) throws IOException;
  }

  /**
   * @throws StartRefused DEL-051 with the names of all that is missing
   * @throws AmqpException if the broker cannot be asked
   */
  void now() {
    Set<String> missing = new LinkedHashSet<>();
    for (Declarable declarable : declarables()) {
      if (declarable instanceof Exchange exchange) {
        String name = exchange.getName();
        if (!isThere(channel -> channel.exchangeDeclarePassive(name))) {
          missing.add("exchange " + name);
        }
      } else if (declarable instanceof Queue queue) {
        String name = queue.getName();
        if (!isThere(channel -> channel.queueDeclarePassive(name))) {
          missing.add("queue " + name);
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new StartRefused(
          "DEL-051",
          "the broker at %s lacks %s, and the hub is not to declare them (hub.delivery.declare=false). Import docker/rabbitmq/definitions.json, add the wait queues of your own ladder, or set hub.delivery.declare=true."
              .formatted(where, String.join(", ", missing)));
    }
  }

  private List<Declarable> declarables() {
    List<Declarable> all = new ArrayList<>();
    topology.stream().forEach(some -> all.addAll(some.getDeclarables()));
    return all;
  }

  /** On a channel of its own: the broker closes the one on which it had to say no. */
  private boolean isThere(Question question) {
    try {
      admin
          .getRabbitTemplate()
          .execute(
              channel -> {
                question.ask(channel);
                return true;
              });
      return true;
    } catch (AmqpException failure) {
      if (isNotFound(failure)) {
        return false;
      }
      throw failure;
    }
  }

  private static boolean isNotFound(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof ShutdownSignalException signal
          && signal.getReason() instanceof AMQP.Channel.Close close
          && close.getReplyCode() == AMQP.NOT_FOUND) {
        return true;
      }
    }
    return false;
  }
}
