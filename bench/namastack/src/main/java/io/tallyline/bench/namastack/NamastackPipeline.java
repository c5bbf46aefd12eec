package io.tallyline.bench.namastack;

import com.zaxxer.hikari.HikariDataSource;
import io.namastack.outbox.annotation.OutboxHandler;
import io.tallyline.bench.shared.Arguments;
import io.tallyline.bench.shared.OneJournal;
import io.tallyline.bench.shared.Outbox;
import io.tallyline.bench.shared.Producers;
import io.tallyline.bench.shared.Sale;
import io.tallyline.bench.shared.Topology;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageBuilder;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Namastack Outbox over JDBC. Its defaults, 10 keys each 2 s, are 5 events a second; it is tuned to
 * 1,000 keys each 100 ms, and the rest is as documented.
 */
@EnableScheduling
@SpringBootApplication
public class NamastackPipeline {
  /** The record that its table keeps. */
  public record SaleRecorded(String reference, String payload) {}

  /** Arguments: {@code rabbit-*}, {@code inventory-*}, {@code finance-*}. */
  public static void main(String[] words) throws Exception {
    var arguments = new Arguments(words);
    Topology.declare(arguments.broker(), "quorum");
    Map<String, Object> properties = arguments.springProperties();
    properties.put("namastack.outbox.poll-interval", "100");
    properties.put("namastack.outbox.batch-size", "1000");
    var context =
        new SpringApplicationBuilder(NamastackPipeline.class)
            .initializers(
                starting -> starting.getBeanFactory().registerSingleton("arguments", arguments))
            .properties(properties)
            .run();
    new Producers(context.getBean(Outbox.class), context.getBean(DataSource.class)).listen();
  }

  @Component
  public static class Relay {
    private final RabbitTemplate rabbit;

    Relay(RabbitTemplate rabbit) {
      this.rabbit = rabbit;
    }

    @OutboxHandler
    public void on(SaleRecorded event) throws Exception {
      byte[] message = Sale.ofEvent(event.payload()).toMessage(Instant.now());
      rabbit.send(
          Topology.EVENTS,
          Sale.KEY,
          MessageBuilder.withBody(message)
              .setContentType("application/json")
              .setMessageId(UUID.randomUUID().toString())
              .build());
    }
  }

  @Component
  static class Post {
    private final OneJournal journals;

    Post(OneJournal journals) {
      this.journals = journals;
    }

    @RabbitListener(queues = Topology.JOURNAL_QUEUE)
    void on(Message message) throws Exception {
      journals.post(
          Sale.ofMessage(message.getBody()), message.getMessageProperties().getMessageId(), null);
    }
  }

  @Configuration
  static class Parts {
    @Bean
    OneJournal oneJournal(Arguments arguments) {
      var finance = new HikariDataSource();
      finance.setJdbcUrl(arguments.get("finance-url"));
      finance.setUsername(arguments.get("finance-user"));
      finance.setPassword(arguments.get("finance-password"));
      return new OneJournal(finance);
    }

    @Bean
    Outbox producersOutbox(
        io.namastack.outbox.Outbox library, PlatformTransactionManager manager, JdbcTemplate sql) {
      var transactions = new TransactionTemplate(manager);
      return new Outbox() {
        @Override
        public void inTransaction(Runnable work) {
          transactions.executeWithoutResult(status -> work.run());
        }

        @Override
        public void record(String reference, String payload) {
          library.schedule(new SaleRecorded(reference, payload), reference);
        }

        @Override
        public long transaction() {
          return sql.queryForObject("SELECT pg_current_xact_id()::text::bigint", Long.class);
        }
      };
    }
  }
}
