package io.tallyline.eventstore;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lets old months go: writes a month into a compressed file, one event a line, and drops it only
 * when the file is whole. The database itself refuses to drop a month that has more than its file.
 */
public final class RetainEvents {
  private static final Logger log = LoggerFactory.getLogger(RetainEvents.class);
  private static final int PAGE = 200;
  private static final String OWNER_ONLY = "rw-------";
  private static final String ALONE = "SELECT pg_try_advisory_xact_lock(1413565516, 7)";

  private final JdbcClient jdbc;
  private final JdbcTemplate template;
  private final TransactionTemplate transaction;
  private final EventStoreProperties properties;
  private final InstantSource clock;

  RetainEvents(DataSource store, EventStoreProperties properties, InstantSource clock) {
    this.jdbc = JdbcClient.create(store);
    this.template = new JdbcTemplate(store);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
    this.properties = properties;
    this.clock = clock;
  }

  /**
   * A month that was written to a file.
   *
   * @param file its name in the export directory
   * @param sha256 of the file's bytes, in hexadecimal
   */
  public record Export(LocalDate month, long events, String file, String sha256) {}

  /** Exports and drops the months that are older than the setting keep-months says. */
  public void retain() {
    if (properties.keepMonths() == 0) {
      return;
    }
    LocalDate oldestKept = StoreEvents.month(clock.instant()).minusMonths(properties.keepMonths());
    for (LocalDate month : months()) {
      if (month.isBefore(oldestKept)) {
        alone(
            () -> {
              Export export = write(month);
              long dropped = drop(month);
              log.info(
                  "The event store let {} go: {} events are in {}", month, dropped, export.file());
            });
      }
    }
  }

  /** Writes a month into its file; it stays in the database. */
  public Optional<Export> export(LocalDate month) {
    Export[] export = new Export[1];
    alone(() -> export[0] = write(month.withDayOfMonth(1)));
    return Optional.ofNullable(export[0]);
  }

  /** Two hubs that exported the same month would write the same file. */
  private void alone(Runnable work) {
    transaction.executeWithoutResult(
        status -> {
          if (jdbc.sql(ALONE).query(Boolean.class).single()) {
            work.run();
          }
        });
  }

  /** First days of the months that the store has, oldest first. */
  public List<LocalDate> months() {
    return jdbc.sql(
            """
            SELECT to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i
              JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = 'hub.stored_event'::regclass ORDER BY 1
            """)
        .query(LocalDate.class)
        .list();
  }

  private long drop(LocalDate month) {
    return Objects.requireNonNull(
        template.queryForObject("SELECT hub.drop_event_month(?)", Long.class, month));
  }

  private Export write(LocalDate month) {
    String name = "events-%d-%02d.ndjson.gz".formatted(month.getYear(), month.getMonthValue());
    try {
      Path folder = Files.createDirectories(properties.exportDirectory());
      Path unfinished = Files.createTempFile(folder, name, ".unfinished");
      try {
        MessageDigest digest = EventRow.sha256();
        Written written = write(month, unfinished, digest);
        Files.move(
            unfinished,
            folder.resolve(name),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
        Export export =
            new Export(month, written.events(), name, HexFormat.of().formatHex(digest.digest()));
        record(export, written.lastId());
        return export;
      } finally {
        Files.deleteIfExists(unfinished);
      }
    } catch (FileSystemException failure) {
      throw new UncheckedIOException(
          "EVT-003 the events of %s cannot be written: %s %s. Make room, or correct hub.event-store.export-directory."
              .formatted(month, failure.getFile(), failure.getClass().getSimpleName()),
          failure);
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "EVT-003 the events of %s cannot be written: %s".formatted(month, failure.getMessage()),
          failure);
    }
  }

  private record Written(long events, long lastId) {}

  private Written write(LocalDate month, Path file, MessageDigest digest) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(OWNER_ONLY));
    long events = 0;
    long last = 0;
    try (OutputStream raw = new DigestOutputStream(Files.newOutputStream(file), digest);
        OutputStream out = new BufferedOutputStream(new GZIPOutputStream(raw, 1 << 16))) {
      List<StoredEvent> page = page(month, 0);
      while (!page.isEmpty()) {
        for (StoredEvent event : page) {
          out.write(line(event));
          last = event.id();
          events++;
        }
        page = page(month, last);
      }
    }
    return new Written(events, last);
  }

  private List<StoredEvent> page(LocalDate month, long after) {
    return jdbc.sql(
            "SELECT %s FROM hub.stored_event e WHERE e.month = :month AND e.id > :after ORDER BY e.id LIMIT :page"
                .formatted(JdbcEvents.COLUMNS))
        .param("month", month)
        .param("after", after)
        .param("page", PAGE)
        .query(JdbcEvents::event)
        .list();
  }

  /** The body as text where it is UTF-8, else in base64. */
  private static byte[] line(StoredEvent event) throws IOException {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("id", event.id());
    line.put("received_at", event.receivedAt().toString());
    line.put("routing_key", event.routingKey());
    if (event.revisionOf() != null) {
      line.put("revision_of", event.revisionOf());
    }
    line.set("properties", event.properties());
    line.set("headers", event.headers());
    String text = new String(event.body(), StandardCharsets.UTF_8);
    if (java.util.Arrays.equals(text.getBytes(StandardCharsets.UTF_8), event.body())) {
      line.put("body", text);
    } else {
      line.put("body_base64", event.body());
    }
    return (new JsonMapper().writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private void record(Export export, long lastId) {
    jdbc.sql(
            """
            INSERT INTO hub.event_export (month, events, last_id, file, sha256)
            VALUES (:month, :events, :last, :file, :sha256)
            ON CONFLICT (month) DO UPDATE SET events = excluded.events, last_id = excluded.last_id,
                   file = excluded.file, sha256 = excluded.sha256, exported_at = now()
            """)
        .param("month", export.month())
        .param("events", export.events())
        .param("last", lastId)
        .param("file", export.file())
        .param("sha256", export.sha256())
        .update();
  }
}
