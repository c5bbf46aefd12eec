package io.tallyline.bench.camel;

import com.zaxxer.hikari.HikariDataSource;
import io.tallyline.bench.shared.Arguments;
import io.tallyline.bench.shared.OneJournal;
import io.tallyline.bench.shared.Sale;
import io.tallyline.bench.shared.Topology;
import java.sql.Timestamp;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Camel as most teams write it: a row an exchange, its own confirm, its own delete; a message an
 * exchange and a transaction.
 */
@SpringBootApplication
public class CamelPipeline {
  private static final String ROWS =
      "SELECT seq, event_id::text AS event_id, payload::text AS payload, correlation_id, occurred_at"
          + " FROM inventory.outbox_event ORDER BY seq LIMIT 100";

  /** Arguments: {@code rabbit-*}, {@code inventory-*}, {@code finance-*}. */
  public static void main(String[] words) throws Exception {
    var arguments = new Arguments(words);
    Topology.declare(arguments.broker(), "quorum");
    Map<String, Object> properties = arguments.springProperties();
    properties.put("spring.rabbitmq.publisher-confirm-type", "correlated");
    properties.put("camel.main.run-controller", "true");
    new SpringApplicationBuilder(CamelPipeline.class)
        .initializers(context -> context.getBeanFactory().registerSingleton("arguments", arguments))
        .properties(properties)
        .run();
    System.out.println("ready");
  }

  @Configuration
  static class Routes {
    @Bean
    OneJournal oneJournal(Arguments arguments) {
      var finance = new HikariDataSource();
      finance.setJdbcUrl(arguments.get("finance-url"));
      finance.setUsername(arguments.get("finance-user"));
      finance.setPassword(arguments.get("finance-password"));
      return new OneJournal(finance);
    }

    @Bean
    RouteBuilder relayOutbox(Translate translate) {
      return new RouteBuilder() {
        @Override
        public void configure() {
          from("sql:"
                  + ROWS
                  + "?delay=100&greedy=true"
                  + "&onConsume=DELETE FROM inventory.outbox_event WHERE seq = :#seq")
              .routeId("relay-outbox")
              .bean(translate)
              .to("spring-rabbitmq:erp.events?routingKey=" + Sale.KEY + "&confirm=enabled");
        }
      };
    }

    @Bean
    Translate translate() {
      return new Translate();
    }

    @Bean
    RouteBuilder postJournals(Post post) {
      return new RouteBuilder() {
        @Override
        public void configure() {
          from("spring-rabbitmq:erp.inventory?queues=finance.journal&autoDeclare=false"
                  + "&disableReplyTo=true")
              .routeId("post-journals")
              .bean(post);
        }
      };
    }

    @Bean
    Post post(OneJournal journals) {
      return new Post(journals);
    }
  }

  /** Row to message. */
  public static final class Translate {
    public void translate(@Body Map<String, Object> row, Exchange exchange) throws Exception {
      Timestamp occurredAt = (Timestamp) row.get("occurred_at");
      byte[] message = Sale.ofEvent((String) row.get("payload")).toMessage(occurredAt.toInstant());
      exchange.getMessage().setBody(message);
      exchange.getMessage().setHeader(SpringRabbitMQConstants.MESSAGE_ID, row.get("event_id"));
      exchange
          .getMessage()
          .setHeader(SpringRabbitMQConstants.CORRELATION_ID, row.get("correlation_id"));
      exchange.getMessage().setHeader(SpringRabbitMQConstants.CONTENT_TYPE, "application/json");
    }
  }

  /** Message to journal. */
  public static final class Post {
    private final OneJournal journals;

    Post(OneJournal journals) {
      this.journals = journals;
    }

    public void post(
        @Body byte[] body,
        @Header(SpringRabbitMQConstants.MESSAGE_ID) String eventId,
        @Header(SpringRabbitMQConstants.CORRELATION_ID) String correlationId)
        throws Exception {
      journals.post(Sale.ofMessage(body), eventId, correlationId);
    }
  }
}
