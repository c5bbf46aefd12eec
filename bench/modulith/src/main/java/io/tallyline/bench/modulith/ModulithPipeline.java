package io.tallyline.bench.modulith;

import com.zaxxer.hikari.HikariDataSource;
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
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Spring Modulith's event publication registry over JDBC. The module that externalizes events to
 * AMQP cannot be had here in a version for Spring Boot 3.5; what it does is written down as a
 * listener: the event, serialised, through RabbitTemplate.
 */
@SpringBootApplication
public class ModulithPipeline {
  /** The event that the registry keeps until its listener is done. */
  public record SaleRecorded(String reference, String payload) {}

  /** Arguments: {@code rabbit-*}, {@code inventory-*}, {@code finance-*}. */
  public static void main(String[] words) throws Exception {
    var arguments = new Arguments(words);
    Topology.declare(arguments.broker(), "quorum");
    Map<String, Object> properties = arguments.springProperties();
    properties.put("spring.modulith.events.jdbc.schema-initialization.enabled", "true");
    var context =
        new SpringApplicationBuilder(ModulithPipeline.class)
            .initializers(
                starting -> starting.getBeanFactory().registerSingleton("arguments", arguments))
            .properties(properties)
            .run();
    new Producers(context.getBean(Outbox.class), context.getBean(DataSource.class)).listen();
  }

  @Component
  static class Relay {
    private final RabbitTemplate rabbit;

    Relay(RabbitTemplate rabbit) {
      this.rabbit = rabbit;
    }

    @ApplicationModuleListener
    void on(SaleRecorded event) throws Exception {
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
    Outbox outbox(
        ApplicationEventPublisher events, PlatformTransactionManager manager, JdbcTemplate sql) {
      var transactions = new TransactionTemplate(manager);
      return new Outbox() {
        @Override
        public void inTransaction(Runnable work) {
          transactions.executeWithoutResult(status -> work.run());
        }

        @Override
        public void record(String reference, String payload) {
          events.publishEvent(new SaleRecorded(reference, payload));
        }

        @Override
        public long transaction() {
          return sql.queryForObject("SELECT pg_current_xact_id()::text::bigint", Long.class);
        }
      };
    }
  }
}
