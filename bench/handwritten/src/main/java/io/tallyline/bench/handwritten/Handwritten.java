package io.tallyline.bench.handwritten;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.tallyline.bench.shared.Arguments;
import io.tallyline.bench.shared.Topology;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Outbox to ledger with nothing but JDBC and the RabbitMQ client. It gives the hub's guarantees for
 * sales: confirmed before cleared, journals once for each transaction, acknowledged after the
 * commit, dead letters confirmed. It has no schema validation, mapping files, redelivery ladder,
 * metrics, traces or operations.
 */
public final class Handwritten {
  private Handwritten() {}

  /** Arguments: {@code roles}, {@code rabbit-*}, {@code inventory-*}, {@code finance-*}. */
  public static void main(String[] words) throws Exception {
    var arguments = new Arguments(words);
    List<String> roles = Arrays.asList(arguments.get("roles").split(","));
    ConnectionFactory broker = arguments.broker();
    Topology.declare(broker, arguments.get("queue-type", "quorum"));

    List<Thread> threads = new ArrayList<>();
    if (roles.contains("relay")) {
      // Publishers and consumers on one connection would stop together under a broker alarm.
      Connection publishing = broker.newConnection("relay");
      var relay =
          new OutboxRelay(
              arguments.get("inventory-url"),
              arguments.get("inventory-user"),
              arguments.get("inventory-password"),
              new ConfirmedChannel(publishing));
      threads.add(new Thread(relay::run, "relay"));
    }
    if (roles.contains("finance")) {
      Connection publishing = broker.newConnection("dead letters");
      var ledger =
          new Ledger(
              arguments.get("finance-url"),
              arguments.get("finance-user"),
              arguments.get("finance-password"));
      var consumer =
          new JournalConsumer(
              broker.newConnection("finance"), ledger, new ConfirmedChannel(publishing));
      threads.add(new Thread(consumer::run, "finance"));
    }
    threads.forEach(Thread::start);
    System.out.println("ready");
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
