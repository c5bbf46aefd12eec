package io.tallyline.bench.handwritten;

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

  /**
   * Arguments: {@code roles}, {@code rabbit-*}, {@code inventory-*}, {@code finance-*}, {@code
   * queue-type} and {@code announce=yes}, which announces every journal as the hub does.
   */
  public static void main(String[] words) throws Exception {
    var arguments = new Arguments(words);
    List<String> roles = Arrays.asList(arguments.get("roles").split(","));
    ConnectionFactory broker = arguments.broker();
    Topology.declare(broker, arguments.get("queue-type", "quorum"));

    boolean announcing = arguments.get("announce", "no").equals("yes");

    List<Thread> threads = new ArrayList<>();
    if (roles.contains("relay")) {
      threads.add(relay(OutboxRelay.Kind.SALES, arguments, broker));
    }
    if (roles.contains("finance")) {
      var ledger =
          new Ledger(
              arguments.get("finance-url"),
              arguments.get("finance-user"),
              arguments.get("finance-password"),
              announcing);
      var dead = new ConfirmedChannel(broker.newConnection("dead letters"));
      var consumer = new JournalConsumer(broker.newConnection("finance"), ledger, dead);
      threads.add(new Thread(consumer::run, "finance"));
    }
    if (roles.contains("finance") && announcing) {
      threads.add(relay(OutboxRelay.Kind.ANNOUNCEMENTS, arguments, broker));
    }
    threads.forEach(Thread::start);
    System.out.println("ready");
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Publishers and consumers on one connection would stop together under a broker alarm. */
  private static Thread relay(OutboxRelay.Kind kind, Arguments arguments, ConnectionFactory broker)
      throws Exception {
    var relay =
        new OutboxRelay(
            kind,
            arguments.get(kind.module() + "-url"),
            arguments.get(kind.module() + "-user"),
            arguments.get(kind.module() + "-password"),
            new ConfirmedChannel(broker.newConnection("relay of " + kind.module())));
    return new Thread(relay::run, "relay of " + kind.module());
  }
}
