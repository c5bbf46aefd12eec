package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** SIGTERM under load: what the broker had sent ahead is finished, and nothing comes twice. */
class GracefulStopIT {
  private static final int MESSAGES = 5_000;
  private static final int STOPS = 2;
  private static final Duration LONG = Duration.ofSeconds(90);

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");

  @Test
  void finishes_what_is_in_flight_and_leaves_nothing_to_redeliver() throws Exception {
    TestHub.Settings settings =
        new TestHub.Settings()
            .roles("finance")
            .database(finance)
            .broker(node, virtualHost)
            // Small batches and a wide window: much is in flight at any moment.
            .with("hub.delivery.batch-size", "20")
            .with("hub.delivery.prefetch", "200");
    String[] words =
        Stream.concat(Stream.of("start"), Stream.of(settings.arguments())).toArray(String[]::new);
    settings.start().close(); // makes the queues
    try (Queues queues = new Queues(node, virtualHost)) {
      fill(queues);

      int inTheMiddle = 0;
      for (int stop = 0; stop < STOPS; stop++) {
        long before = TestHub.journals(finance);
        try (HubProcess hub = HubProcess.run(words)) {
          await()
              .atMost(LONG)
              .pollInterval(Duration.ofMillis(10))
              .until(() -> TestHub.journals(finance) > before || !hub.isAlive());
          hub.terminate();
          assertThat(hub.exit(30)).as(hub.output()).isZero();
        }
        inTheMiddle += queues.count("finance.journal") > 0 ? 1 : 0;
      }

      assertThat(inTheMiddle).as("stops under load").isPositive();
      List<GetResponse> left = queues.drain("finance.journal");
      assertThat(left)
          .allSatisfy(
              message -> {
                assertThat(message.getEnvelope().isRedeliver()).isFalse();
                assertThat(message.getProps().getHeaders().getOrDefault("x-delivery-count", 0L))
                    .isEqualTo(0L);
              });
      assertThat(TestHub.journals(finance) + left.size()).isEqualTo(MESSAGES);
      assertThat(queues.count("finance.journal.dead")).isZero();
    }
  }

  private static void fill(Queues queues) throws Exception {
    for (int i = 0; i < MESSAGES; i++) {
      String id = UUID.randomUUID().toString();
      queues
          .channel()
          .basicPublish(
              "erp.events",
              SaleMessages.KEY,
              SaleMessages.properties(id),
              SaleMessages.valid(id).getBytes(StandardCharsets.UTF_8));
    }
    queues.channel().waitForConfirmsOrDie(30_000);
  }
}
