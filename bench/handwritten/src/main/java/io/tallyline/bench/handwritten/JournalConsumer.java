package io.tallyline.bench.handwritten;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import io.tallyline.bench.shared.Refused;
import io.tallyline.bench.shared.Sale;
import io.tallyline.bench.shared.Topology;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Takes what has arrived, up to a batch, posts it in one transaction, then acknowledges it. */
final class JournalConsumer {
  private static final int BATCH = 500;
  private static final int PREFETCH = 1_000;

  private final Channel channel;
  private final Ledger ledger;
  private final ConfirmedChannel dead;
  private final BlockingQueue<Delivery> arrived = new LinkedBlockingQueue<>();

  JournalConsumer(Connection connection, Ledger ledger, ConfirmedChannel dead) throws IOException {
    this.channel = connection.createChannel();
    this.ledger = ledger;
    this.dead = dead;
    channel.basicQos(PREFETCH);
  }

  /**
   * Ends with the process, or when database or broker go away; what is not acknowledged returns.
   */
  void run() {
    try {
      channel.basicConsume(
          Topology.JOURNAL_QUEUE, false, (tag, delivery) -> arrived.add(delivery), tag -> {});
      List<Delivery> batch = new ArrayList<>(BATCH);
      while (true) {
        batch.add(arrived.take());
        arrived.drainTo(batch, BATCH - 1);
        post(batch);
        channel.basicAck(batch.get(batch.size() - 1).getEnvelope().getDeliveryTag(), true);
        batch.clear();
      }
    } catch (IOException | SQLException | InterruptedException failure) {
      failure.printStackTrace();
      System.exit(1);
    }
  }

  private void post(List<Delivery> batch) throws IOException, SQLException {
    List<Ledger.Posting> postings = new ArrayList<>(batch.size());
    boolean anyDead = false;
    for (Delivery delivery : batch) {
      try {
        if (!delivery.getEnvelope().getRoutingKey().equals(Sale.KEY)) {
          throw new Refused("unsupported-type", delivery.getEnvelope().getRoutingKey());
        }
        postings.add(new Ledger.Posting(Sale.ofMessage(delivery.getBody()), delivery));
      } catch (Refused refused) {
        publishDead(delivery, refused.reason());
        anyDead = true;
      }
    }
    Set<Delivery> conflicts = ledger.post(postings);
    for (Delivery conflict : conflicts) {
      publishDead(conflict, "conflict");
      anyDead = true;
    }
    if (anyDead) {
      dead.awaitConfirms();
    }
  }

  private void publishDead(Delivery delivery, String reason) throws IOException {
    dead.publishDead(
        Topology.JOURNAL_DEAD_QUEUE, delivery.getProperties(), delivery.getBody(), reason);
  }
}
