package io.tallyline.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallyline.testing.PostgresServer;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The event store on a real PostgreSQL, with the rights that a running hub has. */
class EventStoreIT {
  private static final Instant MAY = Instant.parse("2026-05-31T23:59:59.900Z");

  private final PostgresServer.Database database = PostgresServer.fresh("store");
  private Instant now = MAY;
  private final StoreEvents store =
      new StoreEvents(database.dataSource(), () -> now, new SimpleMeterRegistry());
  private final JdbcEvents events = new JdbcEvents(database.dataSource(), () -> now);

  @Test
  void keeps_a_message_as_it_was_received() {
    Message sale = Received.sale(1);
    sale.getMessageProperties().setHeader("x-own", List.of("a", 2L));

    store.store(List.of(sale));

    StoredEvent stored = events.find(EventFilter.ALL, 0, Long.MAX_VALUE, 10).get(0);
    assertThat(stored.body()).isEqualTo(sale.getBody());
    assertThat(stored.routingKey()).isEqualTo(Received.SALES);
    assertThat(stored.name()).isEqualTo("inventory.sales-transaction-created");
    assertThat(stored.version()).isEqualTo(1);
    assertThat(stored.aggregateId()).isEqualTo("sale-1");
    assertThat(stored.receivedAt()).isEqualTo(MAY);
    assertThat(stored.occurredAt()).isEqualTo("2026-05-04T03:02:01.123456Z");
    assertThat(stored.property("content-type")).isEqualTo("application/json");
    assertThat(HeaderJson.toMap(stored.headers()))
        .isEqualTo(sale.getMessageProperties().getHeaders());
  }

  @Test
  void stores_a_message_once_however_often_it_is_delivered_and_over_the_turn_of_a_month() {
    store.store(List.of(Received.sale(1), Received.sale(2), Received.sale(1)));
    store.store(List.of(Received.sale(2), Received.sale(3)));
    now = MAY.plusSeconds(1);
    store.store(List.of(Received.sale(3), Received.sale(4)));

    assertThat(events.count(EventFilter.ALL, Long.MAX_VALUE, 100)).isEqualTo(4);
    assertThat(events.find(EventFilter.ALL, 0, Long.MAX_VALUE, 10))
        .extracting(StoredEvent::month)
        .containsExactly(
            LocalDate.of(2026, 5, 1),
            LocalDate.of(2026, 5, 1),
            LocalDate.of(2026, 5, 1),
            LocalDate.of(2026, 6, 1));
  }

  @Test
  void the_same_id_with_other_content_is_another_message() {
    store.store(
        List.of(
            Received.message(Received.SALES, "same", "a", "c", "{\"n\":1}"),
            Received.message(Received.SALES, "same", "a", "c", "{\"n\":2}")));

    assertThat(events.find(EventFilter.ALL.withMessageIds(List.of("same")), 0, Long.MAX_VALUE, 10))
        .hasSize(2);
  }

  @Test
  void whatever_a_sender_writes_is_stored_and_holds_up_no_other() {
    MessageProperties hostile = new MessageProperties();
    hostile.setReceivedRoutingKey("no\u0000key.\ud800");
    hostile.setMessageId("id\u0000" + "x".repeat(200));
    hostile.setHeader("nul\u0000", "\u0000");
    hostile.setHeader("cloudEvents:time", "yesterday");
    hostile.setHeader("cloudEvents:subject", "s".repeat(5_000));
    byte[] noText = {0, (byte) 0xff, 7};

    store.store(List.of(new Message(noText, hostile), Received.sale(1)));

    List<StoredEvent> stored = events.find(EventFilter.ALL, 0, Long.MAX_VALUE, 10);
    assertThat(stored).hasSize(2);
    assertThat(stored.get(0).body()).isEqualTo(noText);
    assertThat(stored.get(0).version()).isZero();
  }

  @Test
  void finds_by_each_condition_and_pages() {
    store.store(IntStream.range(0, 9).mapToObj(Received::sale).toList());
    now = MAY.plus(Duration.ofDays(2));
    store.store(
        List.of(
            Received.message(
                "inventory.purchase-transaction-created.v1",
                "p",
                "sale-4",
                "request-9",
                "{\"x\":\"Ünï\"}")));

    assertThat(ids(EventFilter.ALL.aboutAggregates(List.of("sale-4")))).hasSize(2);
    assertThat(ids(EventFilter.ALL.causedBy(List.of("request-0")))).hasSize(3);
    assertThat(ids(EventFilter.ALL.named(List.of("inventory.purchase-transaction-created"))))
        .hasSize(1);
    assertThat(ids(EventFilter.ALL.between(MAY.plusSeconds(1), null))).hasSize(1);
    assertThat(ids(EventFilter.ALL.between(null, MAY.plusSeconds(1)))).hasSize(9);
    assertThat(ids(EventFilter.ALL.containing("Ünï"))).hasSize(1);
    assertThat(ids(EventFilter.ALL.containing("ünï"))).isEmpty();
    List<Long> all = ids(EventFilter.ALL);
    assertThat(events.find(EventFilter.ALL, all.get(3), Long.MAX_VALUE, 2))
        .extracting(StoredEvent::id)
        .containsExactly(all.get(4), all.get(5));
    assertThat(events.newest(EventFilter.ALL, Long.MAX_VALUE, 1).get(0).id()).isEqualTo(all.get(9));
    assertThat(events.settledUpTo()).hasValue(all.get(9));
  }

  private List<Long> ids(EventFilter filter) {
    return events.find(filter, 0, Long.MAX_VALUE, 100).stream().map(StoredEvent::id).toList();
  }

  @Test
  void what_was_known_of_an_aggregate_at_a_time_is_what_had_been_received_by_then() {
    store.store(List.of(Received.message(Received.SALES, "1", "a", "c", "{\"state\":1}")));
    Instant before = now.plusMillis(1);
    now = MAY.plus(Duration.ofDays(40));
    store.store(List.of(Received.message(Received.SALES, "2", "a", "c", "{\"state\":2}")));

    assertThat(
            events.newest(
                EventFilter.ALL.aboutAggregates(List.of("a")).between(null, before),
                Long.MAX_VALUE,
                1))
        .singleElement()
        .satisfies(known -> assertThat(known.messageId()).isEqualTo("1"));
  }

  @Test
  void a_corrected_copy_stands_beside_its_original_and_is_found_in_its_place() {
    store.store(List.of(Received.sale(1), Received.sale(2)));
    long original = ids(EventFilter.ALL).get(0);
    now = MAY.plus(Duration.ofDays(40));

    events.revise(original, bytes("{\"n\":10}"));
    long second = events.revise(original, bytes("{\"n\":11}"));

    assertThat(events.revisions(original)).hasSize(2);
    assertThat(events.one(original).orElseThrow().body()).isEqualTo(bytes("{\"n\":1}"));
    List<StoredEvent> latest =
        events.find(EventFilter.ALL.latestRevisions(), 0, Long.MAX_VALUE, 10);
    assertThat(latest).hasSize(2);
    assertThat(latest.get(0).id()).isEqualTo(second);
    assertThat(latest.get(0).body()).isEqualTo(bytes("{\"n\":11}"));
    assertThat(latest.get(0).messageId()).isEqualTo("message-1");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE hub.stored_event SET body = ''",
        "DELETE FROM hub.stored_event",
        "TRUNCATE hub.stored_event",
        "UPDATE hub.stored_event_2026_05 SET body = ''",
        "DELETE FROM hub.stored_event_2026_05",
        "TRUNCATE hub.stored_event_2026_05",
        "INSERT INTO hub.stored_event SELECT * FROM hub.stored_event ON CONFLICT (month, id) DO UPDATE SET body = ''"
      })
  void nobody_changes_what_was_stored(String statement) throws SQLException {
    store.store(List.of(Received.sale(1)));

    for (Connection connection : List.of(database.runtime(), database.owner())) {
      try (connection;
          var change = connection.createStatement()) {
        assertThatThrownBy(() -> change.execute(statement))
            .isInstanceOf(SQLException.class)
            .hasMessageMatching(
                "(?s).*(is refused: what was recorded|permission denied|must be owner).*");
      }
    }
  }

  @Test
  void a_month_goes_only_when_it_is_over_and_every_event_of_it_is_in_its_file(@TempDir Path folder)
      throws Exception {
    store.store(List.of(Received.sale(1), Received.sale(2)));
    RetainEvents retain = retain(folder, 1);
    assertThatThrownBy(() -> drop("2026-05-01")).hasMessageContaining("its export has none");

    RetainEvents.Export export = retain.export(LocalDate.of(2026, 5, 31)).orElseThrow();
    store.store(List.of(Received.sale(3)));
    assertThatThrownBy(() -> drop("2026-05-01")).hasMessageContaining("its export has 2");
    now = Instant.parse("2026-06-30T00:00:00Z");
    retain.retain();
    assertThat(retain.months()).as("one whole month is kept").contains(LocalDate.of(2026, 5, 1));
    now = Instant.parse("2026-07-01T00:00:00Z");
    retain.retain();

    assertThat(retain.months()).doesNotContain(LocalDate.of(2026, 5, 1));
    assertThat(export.events()).isEqualTo(2);
    assertThat(lines(folder.resolve(export.file())))
        .hasSize(3)
        .allMatch(
            line -> line.contains("\"routing_key\":\"inventory.sales-transaction-created.v1\""))
        .anyMatch(line -> line.contains("{\\\"n\\\":3}"));
    assertThat(events.count(EventFilter.ALL, Long.MAX_VALUE, 10)).isZero();
    try (var files = Files.list(folder)) {
      assertThat(files).as("nothing unfinished is left").hasSize(1);
    }
  }

  private RetainEvents retain(Path folder, int months) {
    EventStoreProperties properties =
        new EventStoreProperties(
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            Duration.ofMillis(250),
            250,
            months,
            folder,
            Duration.ofHours(6),
            Duration.ofDays(90));
    return new RetainEvents(database.dataSource(), properties, () -> now);
  }

  private void drop(String month) {
    JdbcClient.create(database.dataSource())
        .sql("SELECT hub.drop_event_month(:month::date)")
        .param("month", month)
        .query()
        .singleRow();
  }

  private static List<String> lines(Path file) throws Exception {
    try (var stream = new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
