package io.tallyline.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.debezium.embedded.async.ConvertingAsyncEngineBuilderFactory;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.format.Json;
import io.debezium.engine.format.KeyValueHeaderChangeEventFormat;
import io.debezium.engine.format.SimpleString;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.PostgresServer;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The outbox read by change capture instead of the relay, as the file for it sets it up. */
class ChangeCaptureIT {
  private static final Path SETTINGS = Path.of("docker", "debezium", "outbox.properties");
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String SALE = "SalesTransactionCreated";

  @TempDir private Path folder;

  private final OwnPostgres server = OwnPostgres.started("change-capture", "wal_level=logical");
  private final PostgresServer.Database inventory = server.fresh("inventory");
  private final Outbox outbox = new Outbox(inventory.ownerDataSource());
  private final JdbcClient owner = JdbcClient.create(inventory.ownerDataSource());
  private final List<Event> events = new CopyOnWriteArrayList<>();

  /**
   * What came out, and what stood in the outbox: equal when nothing was lost, doubled or changed.
   */
  private record Event(String aggregate, String id, String type, String payload) {}

  @BeforeEach
  void prepares_the_database_as_the_file_says() throws SQLException {
    try (Connection superuser = inventory.superuser();
        var statement = superuser.createStatement()) {
      statement.execute("CREATE ROLE outbox_capture LOGIN REPLICATION PASSWORD 'secret'");
    }
    owner.sql("GRANT USAGE ON SCHEMA inventory TO outbox_capture").update();
    owner.sql("GRANT SELECT ON inventory.outbox_event TO outbox_capture").update();
    owner
        .sql("CREATE PUBLICATION outbox FOR TABLE inventory.outbox_event WITH (publish = 'insert')")
        .update();
  }

  @AfterEach
  void ends_the_server() {
    server.close();
  }

  @Test
  @SuppressWarnings("try") // An engine is running as long as its block lasts.
  void brings_every_committed_event_once_in_order_and_byte_for_byte_also_after_a_restart()
      throws Exception {
    List<Event> committed = new ArrayList<>();
    committed.addAll(record("before", "1431.50"));

    try (var running = new Engine()) {
      await().atMost(LONG).until(() -> events.size() == 1);
      committed.addAll(record("a", "0.10", "868.6342", "12345678901234567890.123456789000"));
      committed.addAll(record("b", "1e2"));
      recordAndRollBack("never");
      committed.addAll(record("a", "0.30"));
      outbox.deleteAll();
      committed.addAll(record("b", "3.00"));
      await().atMost(LONG).until(() -> events.size() >= committed.size());
    }

    committed.addAll(record("a", "4.40", "5.50"));
    outbox.deleteAll();
    committed.addAll(record("c", "6.60"));
    try (var restarted = new Engine()) {
      await().atMost(LONG).until(() -> events.size() >= committed.size());
      committed.addAll(record("a", "7.70"));
      await().atMost(LONG).until(() -> events.size() >= committed.size());
    }

    assertThat(events).containsExactlyElementsOf(committed);
    assertThat(events.get(0).payload()).contains("\"unitSellingPrice\": 1431.50");
    assertThat(events.get(3).payload()).contains(": 12345678901234567890.123456789000");
  }

  /** One transaction with a row for each price; what PostgreSQL says that it keeps of them. */
  private List<Event> record(String aggregate, String... prices) throws SQLException {
    List<Event> rows = new ArrayList<>();
    try (Connection connection = inventory.owner()) {
      connection.setAutoCommit(false);
      for (String price : prices) {
        Outbox.record(connection, aggregate, SALE, sale(aggregate, price));
        rows.add(last(connection));
      }
      connection.commit();
    }
    return rows;
  }

  private void recordAndRollBack(String aggregate) throws SQLException {
    try (Connection connection = inventory.owner()) {
      connection.setAutoCommit(false);
      Outbox.record(connection, aggregate, SALE, sale(aggregate, "9.99"));
      connection.rollback();
    }
  }

  private static String sale(String aggregate, String price) {
    return Outbox.sale(aggregate, 2, "3", price, "0.0001");
  }

  private static Event last(Connection connection) throws SQLException {
    String sql =
        "SELECT aggregate_id, event_id::text, event_type, payload::text"
            + " FROM inventory.outbox_event ORDER BY seq DESC LIMIT 1";
    try (var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return new Event(row.getString(1), row.getString(2), row.getString(3), row.getString(4));
    }
  }

  /** As the Debezium Server does it: prefixes off, the rest as it stands. */
  private Properties settings() throws IOException {
    var file = new Properties();
    try (Reader reader = Files.newBufferedReader(SETTINGS)) {
      file.load(reader);
    }
    var settings = new Properties();
    settings.setProperty("name", "outbox");
    file.stringPropertyNames().stream()
        .filter(name -> !name.startsWith("debezium.sink."))
        .forEach(
            name ->
                settings.setProperty(
                    name.replaceFirst("^debezium\\.format\\.(key|value|header)\\.", "$1.converter.")
                        .replaceFirst("^debezium\\.(source\\.)?", ""),
                    file.getProperty(name)));
    settings.setProperty("database.hostname", "localhost");
    settings.setProperty("database.port", Integer.toString(inventory.port()));
    settings.setProperty("database.dbname", inventory.name());
    settings.setProperty("database.password", "secret");
    settings.setProperty("offset.storage.file.filename", folder.resolve("offsets").toString());
    return settings;
  }

  private final class Engine implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final DebeziumEngine<ChangeEvent<String, String>> engine;

    Engine() throws IOException {
      engine =
          DebeziumEngine.create(
                  KeyValueHeaderChangeEventFormat.of(
                      SimpleString.class, SimpleString.class, Json.class),
                  ConvertingAsyncEngineBuilderFactory.class.getName())
              .using(settings())
              .notifying(this::take)
              .build();
      thread.execute(engine);
    }

    private void take(ChangeEvent<String, String> event) {
      if (event.destination().startsWith("__debezium-heartbeat")) {
        return;
      }
      assertThat(event.destination()).isEqualTo("inventory.domain." + header(event, "type"));
      events.add(new Event(event.key(), header(event, "id"), header(event, "type"), event.value()));
    }

    private String header(ChangeEvent<String, String> event, String name) {
      return event.headers().stream()
          .filter(header -> header.getKey().equals(name))
          .map(header -> header.getValue().toString())
          .reduce((one, another) -> one + " and " + another)
          .map(json -> json.replaceAll("^\"|\"$", ""))
          .orElseThrow();
    }

    @Override
    public void close() throws Exception {
      engine.close();
      thread.shutdown();
      assertThat(thread.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
