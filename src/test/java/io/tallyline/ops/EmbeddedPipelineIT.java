package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.contracts.Names;
import io.tallyline.deadletter.DeadLetter;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import io.tallyline.deadletter.DeadLetterStatus;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.relay.RelayedOutbox;
import io.tallyline.testing.FailingLedger;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageBuilder;
import org.springframework.amqp.core.MessagePropertiesBuilder;
import org.springframework.amqp.core.QueueInformation;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The whole way on the embedded servers, and again after a restart on the same data. */
class EmbeddedPipelineIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path data;

  private TestHub start() {
    return new TestHub.Settings().with("hub.data-directory", data.toString()).start();
  }

  private static DataSource owner(TestHub hub) {
    return owner(hub, "inventory");
  }

  private static DataSource owner(TestHub hub, String database) {
    String prefix = "hub." + database;
    Environment settings = hub.context().getEnvironment();
    PGSimpleDataSource owner = new PGSimpleDataSource();
    owner.setUrl(settings.getRequiredProperty(prefix + ".datasource.url"));
    owner.setUser(settings.getRequiredProperty(prefix + ".migration.username"));
    owner.setPassword(settings.getRequiredProperty(prefix + ".migration.password"));
    return owner;
  }

  private static long journals(TestHub hub) {
    return JdbcClient.create(hub.context().getBean("financeDataSource", DataSource.class))
        .sql("SELECT count(*) FROM finance.ledger_journal")
        .query(Long.class)
        .single();
  }

  /**
   * Nobody subscribes to them here, so they must leave the outbox for an exchange without queues.
   */
  private static long announcementsLeft(TestHub hub) {
    return JdbcClient.create(hub.context().getBean("financeDataSource", DataSource.class))
        .sql("SELECT count(*) FROM finance.outbox_event")
        .query(Long.class)
        .single();
  }

  private static List<DeadLetter> open(TestHub hub, String queue) {
    return hub.bean(DeadLetterDesk.class)
        .list(
            new DeadLetterFilter(
                List.of(DeadLetterStatus.OPEN), queue, null, null, null, null, null, null),
            Long.MAX_VALUE,
            9);
  }

  private static int deadLetters(TestHub hub, String queue) {
    return open(hub, queue).size();
  }

  private static long stored(TestHub hub) {
    return hub.bean(Events.class).count(EventFilter.ALL, Long.MAX_VALUE, 10_000);
  }

  private static long messages(TestHub hub, String queue) {
    QueueInformation information = hub.bean(AmqpAdmin.class).getQueueInfo(queue);
    return information == null ? -1 : information.getMessageCount();
  }

  @Test
  void carries_good_and_bad_to_where_they_belong_and_keeps_them_over_a_restart() {
    try (TestHub hub = start()) {
      Outbox outbox = new Outbox(owner(hub));
      List<String> ids = outbox.recordSales(300, "10.5", "7.25");
      outbox.record("x", "PriceChanged", "{}");
      send(hub, SaleMessages.with(ids.get(0), "SO-1", "SO-9"));
      send(hub, "no json");

      await().atMost(LONG).until(() -> journals(hub) == 300);
      await().atMost(LONG).until(() -> deadLetters(hub, RelayedOutbox.INVENTORY.table()) == 1);
      await().atMost(LONG).until(() -> deadLetters(hub, Names.JOURNAL_QUEUE) == 2);
      await().atMost(LONG).until(() -> outbox.rows() == 0);
      assertThat(messages(hub, Names.UNROUTED)).isZero();
      await().atMost(LONG).until(() -> announcementsLeft(hub) == 0);
      assertThat(deadLetters(hub, RelayedOutbox.FINANCE.table())).isZero();
      // 300 sales, two messages that somebody else sent, 300 announcements.
      await().atMost(LONG).until(() -> stored(hub) == 602);
    }

    try (TestHub hub = start()) {
      new Outbox(owner(hub)).recordSales(20, "1", "1");

      await().atMost(LONG).until(() -> journals(hub) == 320);
      assertThat(deadLetters(hub, Names.JOURNAL_QUEUE)).isEqualTo(2);
    }
  }

  @Test
  void redelivers_by_the_ladder_on_the_embedded_broker_too() {
    try (TestHub hub =
        new TestHub.Settings()
            .with("hub.data-directory", data.toString())
            .with("hub.delivery.ladder", "300ms,400ms")
            .start()) {
      FailingLedger failing = new FailingLedger(owner(hub, "finance"));
      String passing = UUID.randomUUID().toString();
      String exhausted = UUID.randomUUID().toString();
      failing.fail(passing, 2, "40P01");
      failing.fail(exhausted, Integer.MAX_VALUE, "40P01");

      send(hub, SaleMessages.valid(passing));
      await().atMost(LONG).until(() -> journals(hub) == 1);
      send(hub, SaleMessages.valid(exhausted));
      await().atMost(LONG).until(() -> deadLetters(hub, Names.JOURNAL_QUEUE) == 1);

      assertThat(failing.attempts(passing)).isEqualTo(3);
      assertThat(failing.attempts(exhausted)).isEqualTo(3);
      DeadLetter dead = open(hub, Names.JOURNAL_QUEUE).get(0);
      assertThat(dead.reason()).isEqualTo("exhausted");
      assertThat(dead.attempts()).isEqualTo(3);
      assertThat(dead.routingKey()).isEqualTo(SaleMessages.KEY);

      hub.bean(DeadLetterDesk.class).retry(dead.id(), "anna", "tried once more");
      await()
          .atMost(LONG)
          .until(
              () ->
                  open(hub, Names.JOURNAL_QUEUE).stream()
                      .anyMatch(again -> again.id() != dead.id()));
    }
  }

  /** Straight to the broker, as another publisher would; whichever comes first is posted. */
  private static void send(TestHub hub, String body) {
    Message message =
        MessageBuilder.withBody(body.getBytes(StandardCharsets.UTF_8))
            .andProperties(
                MessagePropertiesBuilder.newInstance()
                    .setContentType("application/json")
                    .setMessageId(UUID.randomUUID().toString())
                    .build())
            .build();
    hub.bean(RabbitTemplate.class).send(Names.EVENTS_EXCHANGE, SaleMessages.KEY, message);
  }
}
