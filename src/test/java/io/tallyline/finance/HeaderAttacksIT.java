package io.tallyline.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import io.tallyline.contracts.Names;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.io.ByteArrayInputStream;
import java.io.ObjectInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeCreatedEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.boot.autoconfigure.amqp.RabbitProperties;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Headers and properties by which a sender tries to steer the hub. A message that carries them is
 * processed or dead-lettered as if they were not there, and nothing goes anywhere else.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HeaderAttacksIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String STOLEN = "stolen";
  private static final String DEAD = "finance.journal.dead";
  private static final byte[] BROKEN = "{".getBytes(StandardCharsets.UTF_8);

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");
  private final Set<String> seenByRoutes = ConcurrentHashMap.newKeySet();
  private TestHub hub;
  private Queues queues;

  @BeforeAll
  void start() {
    System.clearProperty(Canary.SINGS);
    hub =
        new TestHub.Settings().roles("finance").database(finance).broker(node, virtualHost).start();
    CamelContext camel = hub.bean(CamelContext.class);
    camel.getCamelContextExtension().setEventNotificationApplicable(true);
    camel.getManagementStrategy().addEventNotifier(new Headers());
    queues = new Queues(node, virtualHost);
    for (String exchange : List.of("hub.dead", "hub.retry", "hub.return")) {
      queues.bind(STOLEN, exchange, STOLEN, Map.of());
    }
    queues.bind(STOLEN, "erp.events", STOLEN, Map.of());
  }

  @AfterAll
  void stop() {
    queues.close();
    hub.close();
  }

  /** What a route would see of a sender's headers. */
  private final class Headers extends EventNotifierSupport {
    @Override
    public void notify(CamelEvent event) {
      if (event instanceof ExchangeCreatedEvent created
          && "post-journals".equals(created.getExchange().getFromRouteId())) {
        seenByRoutes.add("(an exchange)");
        seenByRoutes.addAll(created.getExchange().getIn().getHeaders().keySet());
      }
    }
  }

  private static Map<String, UnaryOperator<BasicProperties.Builder>> attacks() {
    Map<String, UnaryOperator<BasicProperties.Builder>> attacks = new LinkedHashMap<>();
    for (String name :
        List.of(
            "CamelSqlQuery",
            "camelsqlquery",
            "cAmelSqlQuery",
            "CAMELSQLQUERY",
            "CamelSqlParameters")) {
      attacks.put(name, header(name, "DELETE FROM finance.outbox_event"));
    }
    for (String name :
        List.of(
            "CamelSpringRabbitmqRoutingOverrideKey",
            "camelspringrabbitmqroutingoverridekey",
            "CamelSpringRabbitmqExchangeOverrideName",
            "CamelHttpUri",
            "CamelBeanMethodName",
            "CamelToEndpoint",
            "CamelFileName",
            "org.apache.camel.routing",
            "springBatchFormat",
            "x-delay")) {
      attacks.put(name, header(name, STOLEN));
    }
    attacks.put("bean method", header("CamelBeanMethodName", "publish"));
    attacks.put("breadcrumb", header("breadcrumbId", "a\r\n12:00:00 ERROR forged line"));
    attacks.put("reply_to", properties -> properties.replyTo(STOLEN));
    attacks.put("user_id", properties -> properties.userId("guest"));
    attacks.put("expiration", properties -> properties.expiration("60000"));
    attacks.put("transient", properties -> properties.deliveryMode(1));
    attacks.put("priority", properties -> properties.priority(255));
    attacks.put(
        "x-death",
        header(
            "x-death",
            List.of(
                Map.of(
                    "count",
                    99L,
                    "queue",
                    "finance.journal",
                    "reason",
                    "rejected",
                    "exchange",
                    "hub.dead",
                    "routing-keys",
                    List.of(STOLEN)))));
    attacks.put("hub-attempts", header("hub-attempts", 99));
    attacks.put("hub-routing-key", header("hub-routing-key", STOLEN));
    attacks.put("hub-queue", header("hub-queue", STOLEN));
    attacks.put("hub-reason", header("hub-reason", "conflict"));
    attacks.put("__TypeId__", header("__TypeId__", Canary.GADGET));
    attacks.put("__ContentTypeId__", header("__ContentTypeId__", Canary.GADGET));
    return attacks;
  }

  private static UnaryOperator<BasicProperties.Builder> header(String name, Object value) {
    return properties -> properties.headers(Map.of(name, value));
  }

  private BasicProperties properties(String id, UnaryOperator<BasicProperties.Builder> attack) {
    return attack
        .apply(
            new BasicProperties.Builder()
                .contentType("application/json")
                .deliveryMode(2)
                .messageId(id)
                .headers(Map.of()))
        .build();
  }

  @Test
  @Order(1)
  void a_good_message_is_posted_whatever_it_carries() {
    List<String> ids =
        attacks().values().stream()
            .map(
                attack -> {
                  String id = UUID.randomUUID().toString();
                  queues.publish(
                      "erp.events",
                      SaleMessages.KEY,
                      properties(id, attack),
                      SaleMessages.valid(id).getBytes(StandardCharsets.UTF_8));
                  return id;
                })
            .toList();

    await().atMost(LONG).until(() -> TestHub.journals(finance) == ids.size());

    assertThat(journals(ids)).isEqualTo(ids.size());
    assertThat(queues.count(DEAD)).isZero();
    nothingWentElsewhere();
  }

  @Test
  @Order(2)
  void a_bad_message_is_a_dead_letter_that_says_what_happened_and_steers_nobody() {
    queues.drain(DEAD);
    Map<String, UnaryOperator<BasicProperties.Builder>> attacks = attacks();
    attacks.put("CC", header("CC", List.of(STOLEN)));
    attacks.put("BCC", header("BCC", List.of(STOLEN)));
    attacks.forEach(
        (name, attack) ->
            queues.publish("erp.inventory", SaleMessages.KEY, properties(name, attack), BROKEN));

    await().atMost(LONG).until(() -> queues.count(DEAD) == attacks.size());

    assertThat(queues.drain(DEAD))
        .allSatisfy(
            dead -> {
              assertThat(dead.getBody()).isEqualTo(BROKEN);
              BasicProperties kept = dead.getProps();
              assertThat(header(dead, "hub-reason")).isEqualTo("not-json");
              assertThat(header(dead, "hub-attempts")).isEqualTo("1");
              assertThat(header(dead, "hub-queue")).isEqualTo("finance.journal");
              assertThat(header(dead, "hub-routing-key")).isEqualTo(SaleMessages.KEY);
              assertThat(kept.getDeliveryMode()).isEqualTo(2);
              assertThat(kept.getExpiration()).isNull();
              assertThat(kept.getReplyTo()).isNull();
              assertThat(kept.getUserId()).isNull();
            });
    nothingWentElsewhere();
  }

  @Test
  @Order(3)
  void a_serialised_object_is_never_read() throws Exception {
    queues.drain(DEAD);
    byte[] gadget = Canary.serialized();
    for (String type : List.of("application/x-java-serialized-object", "application/json")) {
      queues.publish(
          "erp.events",
          SaleMessages.KEY,
          new BasicProperties.Builder()
              .contentType(type)
              .deliveryMode(2)
              .headers(Map.of("__TypeId__", Canary.GADGET))
              .build(),
          gadget);
    }

    await().atMost(LONG).until(() -> queues.count(DEAD) == 2);

    assertThat(queues.drain(DEAD))
        .allSatisfy(dead -> assertThat(dead.getBody()).isEqualTo(gadget))
        .extracting(dead -> header(dead, "hub-reason"))
        .containsExactlyInAnyOrder("wrong-content-type", "not-json");
    assertThat(System.getProperty(Canary.SINGS)).isNull();

    // The canary does sing for one who reads it.
    new ObjectInputStream(new ByteArrayInputStream(gadget)).readObject();
    assertThat(System.getProperty(Canary.SINGS)).isEqualTo("loaded");
  }

  @Test
  @Order(4)
  void no_route_has_seen_a_header() {
    assertThat(seenByRoutes).containsExactly("(an exchange)");
  }

  /** CVE-2023-46120: the client refuses before it makes room, whatever is above the limit. */
  @Test
  @Order(5)
  void no_message_is_taken_that_the_broker_would_not_have_taken() {
    assertThat(hub.bean(RabbitProperties.class).getMaxInboundMessageBodySize().toBytes())
        .as("the least that is refused")
        .isEqualTo(Names.LARGEST_MESSAGE_BYTES + 1);
  }

  private void nothingWentElsewhere() {
    assertThat(queues.count(STOLEN)).isZero();
    assertThat(queues.count("erp.unrouted")).isZero();
    assertThat(node.rabbitmqctl("list_queues", "-q", "-p", virtualHost, "name", "messages").lines())
        .filteredOn(line -> line.startsWith("finance.journal.retry.") || line.startsWith("amq."))
        .allSatisfy(line -> assertThat(line).endsWith("\t0"));
  }

  private long journals(List<String> ids) {
    return JdbcClient.create(finance.dataSource())
        .sql("SELECT count(*) FROM finance.ledger_journal WHERE external_ref IN (:ids)")
        .param("ids", ids)
        .query(Long.class)
        .single();
  }

  private static String header(GetResponse message, String name) {
    return String.valueOf(message.getProps().getHeaders().get(name));
  }
}
