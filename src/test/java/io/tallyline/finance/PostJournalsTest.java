package io.tallyline.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.StartRefused;
import io.tallyline.delivery.Breaker;
import io.tallyline.delivery.DeliveryProperties;
import io.tallyline.delivery.ServerAway;
import io.tallyline.delivery.Traces;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.UncategorizedSQLException;

class PostJournalsTest {
  private final LedgerInMemory ledger = new LedgerInMemory();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Breaker breaker =
      new Breaker(
          "test",
          () -> {},
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Clock.systemUTC(),
          meters);
  private PostJournals posting = posting(Map.of());

  private PostJournals posting(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Map.of("hub.finance.retry-delay", "1ms"));
    all.putAll(settings);
    FinanceProperties properties =
        new Binder(new MapConfigurationPropertySource(all))
            .bindOrCreate("hub.finance", FinanceProperties.class);
    return new PostJournals(
        ledger, breaker, properties, new FinanceMeters(meters), Clock.systemUTC(), Traces.OFF);
  }

  /** Keeps what it is given, and fails as often as a test says. */
  private static final class LedgerInMemory implements Journals {
    private final Map<String, Journal> written = new HashMap<>();
    private final List<Integer> calls = new ArrayList<>();
    private String refused = "none";
    private DataAccessException failure = new DataIntegrityViolationException("refused");
    private int failures = Integer.MAX_VALUE;

    @Override
    public List<Posted> post(List<Journal> journals) {
      calls.add(journals.size());
      if (failures > 0
          && journals.stream().anyMatch(journal -> journal.externalRef().startsWith(refused))) {
        failures--;
        throw failure;
      }
      return journals.stream()
          .map(
              journal ->
                  written.putIfAbsent(journal.externalRef(), journal) == null
                      ? Posted.WRITTEN
                      : Posted.DUPLICATE)
          .toList();
    }

    @Override
    public Set<String> recorded(String source, Collection<String> externalRefs) {
      return externalRefs.stream().filter(written::containsKey).collect(Collectors.toSet());
    }

    @Override
    public Set<String> accounts() {
      return Set.of("1100", "4000");
    }
  }

  private static Delivery returned(String reference) {
    var properties = new MessageProperties();
    properties.setReceivedExchange(Names.RETURN_EXCHANGE);
    properties.setHeader(Names.HUB_ATTEMPTS, 1);
    return delivery(reference, properties);
  }

  private static Delivery delivery(String reference) {
    return delivery(reference, new MessageProperties());
  }

  private static Delivery delivery(String reference, MessageProperties properties) {
    Delivery delivery = new Delivery(new Message(new byte[0], properties));
    delivery.read(
        new Journal(
            "Inventory",
            reference,
            LocalDate.of(2025, 3, 4),
            "a sale",
            "USD",
            UUID.randomUUID(),
            "inventory.sales-transaction-created",
            1,
            null,
            new Journal.Content("v1:00"),
            List.of(
                new JournalLine("1100", BigDecimal.ONE, BigDecimal.ZERO, null),
                new JournalLine("4000", BigDecimal.ZERO, BigDecimal.ONE, null))));
    return delivery;
  }

  private static Deliveries batch(String... references) {
    return new Deliveries(
        java.util.Arrays.stream(references).map(PostJournalsTest::delivery).toList());
  }

  @Test
  void writes_a_whole_batch_at_once() throws Exception {
    posting.post(batch("a", "b", "c"));

    assertThat(ledger.calls).containsExactly(3);
    assertThat(ledger.written).containsOnlyKeys("a", "b", "c");
  }

  @Test
  void splits_a_failing_batch_so_that_one_bad_message_harms_no_other() throws Exception {
    ledger.refused = "b";

    Deliveries posted = posting.post(batch("a", "b", "c"));

    assertThat(ledger.calls).containsExactly(3, 2, 1, 2, 1, 1);
    assertThat(ledger.written).containsOnlyKeys("a", "c");
    assertThat(posted.rejected()).hasSize(1);
    assertThat(posted.rejected().get(0).rejection().reason()).isEqualTo(Reason.EXHAUSTED);
  }

  @Test
  void tries_each_only_once_alone_where_all_are_bad() {
    String[] all = IntStream.range(0, 64).mapToObj(i -> "bad-" + i).toArray(String[]::new);
    ledger.refused = "bad-";
    ledger.failure = new CannotAcquireLockException("lock", new SQLException("lock", "55P03"));

    Deliveries posted = posting.post(batch(all));

    assertThat(posted.failed()).hasSize(64);
    assertThat(ledger.calls).hasSize(6 + 64);
  }

  @Test
  void tears_fresh_messages_not_apart_for_one_that_failed_before() {
    ledger.refused = "b";
    ledger.failure = new CannotAcquireLockException("lock", new SQLException("lock", "55P03"));

    Deliveries posted =
        posting.post(
            new Deliveries(List.of(delivery("a"), returned("b"), delivery("c"), returned("d"))));

    assertThat(posted.failed()).hasSize(1);
    assertThat(ledger.calls).containsExactly(4, 2, 1, 1);
    assertThat(ledger.written).containsOnlyKeys("a", "c", "d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"40P01", "40001", "55P03", "57014", "42501", "XX000"})
  void leaves_what_may_pass_to_the_redelivery_ladder(String state) {
    ledger.refused = "b";
    ledger.failure = new UncategorizedSQLException("write", "", new SQLException("no", state));

    Deliveries posted = posting.post(batch("a", "b", "c"));

    assertThat(posted.rejected()).isEmpty();
    assertThat(posted.failed()).hasSize(1);
    assertThat(posted.failed().get(0).failure()).startsWith("FIN-016").contains("b");
    assertThat(ledger.written).containsOnlyKeys("a", "c");
  }

  @Test
  void counts_no_failure_of_a_message_that_fails_only_together_with_others() {
    ledger.refused = "b";
    ledger.failures = 1;
    ledger.failure =
        new CannotAcquireLockException("deadlock", new SQLException("deadlock", "40P01"));

    Deliveries posted = posting.post(batch("a", "b"));

    assertThat(posted.rejected()).isEmpty();
    assertThat(posted.failed()).isEmpty();
    assertThat(ledger.written).containsOnlyKeys("a", "b");
  }

  @Test
  void gives_up_taking_a_batch_apart_when_the_time_for_it_is_over() {
    posting = posting(Map.of("hub.finance.split-time", "0ms"));
    ledger.refused = "b";
    ledger.failure = new CannotAcquireLockException("lock", new SQLException("lock", "55P03"));

    Deliveries posted = posting.post(batch("a", "b", "c"));

    assertThat(ledger.calls).containsExactly(3);
    assertThat(posted.failed()).hasSize(3);
  }

  @Test
  void takes_a_copy_as_done_only_when_its_transaction_is_recorded() {
    Delivery posted = copy("a");
    Delivery missing = copy("b");

    posting.post(new Deliveries(List.of(posted, delivery("a"), missing)));

    assertThat(posted.failure()).isNull();
    assertThat(posted.rejection()).isNull();
    assertThat(missing.failure()).startsWith("FIN-019").contains("transaction b").contains("v2");
    assertThat(
            meters
                .counter(
                    "hub.finance.messages",
                    "consumer",
                    "finance.journal",
                    "event",
                    "inventory.sales-transaction-created",
                    "version",
                    "v1",
                    "outcome",
                    "superseded")
                .count())
        .isEqualTo(1);
  }

  private static Delivery copy(String reference) {
    Delivery copy = new Delivery(new Message(new byte[0]));
    copy.isAbout(new Delivery.Event("inventory.sales-transaction-created", "v1"));
    copy.isCopy(
        new Delivery.Copy(
            new MessageType("inventory", "sales-transaction-created", 1), reference, 2));
    return copy;
  }

  @ParameterizedTest
  @ValueSource(strings = {"08006", "57P01", "53100", "53300", "28P01", "25006", "25P03", "58030"})
  void waits_while_the_database_is_away_and_rejects_nothing(String state) {
    ledger.refused = "a";
    ledger.failures = 10;
    ledger.failure = new UncategorizedSQLException("write", "", new SQLException("gone", state));

    Deliveries posted = posting.post(batch("a", "b"));

    assertThat(posted.rejected()).isEmpty();
    assertThat(posted.failed()).isEmpty();
    assertThat(ledger.calls).hasSize(11).containsOnly(2);
  }

  @Test
  void counts_no_failure_where_not_even_a_connection_can_be_had() {
    ledger.refused = "a";
    ledger.failures = 3;
    ledger.failure =
        new CannotGetJdbcConnectionException("no", new SQLException("no such database", "3D000"));

    Deliveries posted = posting.post(batch("a"));

    assertThat(posted.failed()).isEmpty();
    assertThat(ledger.written).containsOnlyKeys("a");
  }

  @Test
  void gives_the_batch_back_when_the_database_stays_away() {
    posting = posting(Map.of("hub.finance.away-after", "5ms"));
    ledger.refused = "a";
    ledger.failure =
        new DataAccessResourceFailureException("gone", new SQLException("gone", "08006"));

    assertThatThrownBy(() -> posting.post(batch("a", "b")))
        .isInstanceOf(ServerAway.class)
        .hasMessageContaining("FIN-030")
        .hasMessageContaining("gone");
    assertThat(ledger.written).isEmpty();
  }

  @Test
  void leaves_the_batch_on_the_queue_when_the_hub_stops_while_it_waits() {
    posting = posting(Map.of("hub.finance.retry-delay", "1h", "hub.finance.away-after", "2h"));
    ledger.refused = "a";
    ledger.failure =
        new DataAccessResourceFailureException("gone", new SQLException("gone", "08006"));
    posting.close();

    assertThatThrownBy(() -> posting.post(batch("a"))).isInstanceOf(ServerAway.class);
  }

  @Test
  void refuses_a_prefetch_that_does_not_fit_the_heap() {
    DeliveryProperties properties =
        new Binder(new MapConfigurationPropertySource(Map.of("hub.delivery.prefetch", "250")))
            .bindOrCreate("hub.delivery", DeliveryProperties.class);

    FinanceConfiguration.checkHeap(properties, 1L << 30);
    assertThatThrownBy(() -> FinanceConfiguration.checkHeap(properties, 900L << 20))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("1000 MiB")
        .hasMessageContaining("to 225");
  }
}
