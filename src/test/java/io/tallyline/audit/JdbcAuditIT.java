package io.tallyline.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tallyline.audit.VerifyAudit.Broken;
import io.tallyline.audit.VerifyAudit.Kind;
import io.tallyline.audit.VerifyAudit.Verified;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.TamperedAudit;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The audit's chain on a real PostgreSQL, and what somebody with every right can do to it. */
class JdbcAuditIT {
  private final PostgresServer.Database store = PostgresServer.fresh("store");
  private final AuditKey key = new AuditKey("0123456789abcdef0123456789abcdef".getBytes());
  private final JdbcAudit audit = new JdbcAudit(store.dataSource(), key, Clock.systemUTC());
  private final VerifyAudit verify = new VerifyAudit(store.dataSource(), key);

  private void record(int entries) {
    for (int i = 0; i < entries; i++) {
      audit.record(action("thing:" + i));
    }
  }

  private static Audit.Action action(String subject) {
    var before = JsonNodeFactory.withExactBigDecimals(true).objectNode();
    before.put("z", new BigDecimal("1.5000")).put("a", "\u0000ä\ud83d");
    return new Audit.Action("ann", "do-thing", subject, "because \u0000", before, null);
  }

  private void tamper(String... statements) throws SQLException {
    TamperedAudit.tamper(store, statements);
  }

  private static List<String> places(Verified verified) {
    return verified.broken().stream()
        .map(broken -> broken.kind() + " " + broken.from() + "-" + broken.to())
        .toList();
  }

  @Test
  void an_untouched_chain_is_whole() {
    record(1_005);

    Verified verified = verify.verify(null);

    assertThat(verified.broken()).isEmpty();
    assertThat(verified.entries()).isEqualTo(1_005);
    assertThat(verified.head().number()).isEqualTo(1_005);
    assertThat(verify.verify(verified.head()).isWhole()).isTrue();
  }

  @Test
  void one_changed_entry_is_told_by_its_number() throws SQLException {
    record(10);

    tamper("UPDATE hub.audit_entry SET who = 'bob' WHERE number = 4");

    assertThat(places(verify.verify(null))).containsExactly("CHANGED 4-4");
  }

  @Test
  void an_entry_changed_with_its_hash_is_told_by_its_number() throws SQLException {
    record(10);

    tamper("UPDATE hub.audit_entry SET who = 'bob', hash = sha256('x') WHERE number = 4");

    assertThat(places(verify.verify(null))).containsExactly("CHANGED 4-4");
  }

  @Test
  void one_removed_entry_is_told_by_its_number() throws SQLException {
    record(10);

    tamper("DELETE FROM hub.audit_entry WHERE number = 4");

    assertThat(places(verify.verify(null))).containsExactly("REMOVED 4-4");
  }

  @Test
  void removed_entries_whose_numbers_were_closed_up_are_told() throws SQLException {
    record(6);

    tamper(
        "DELETE FROM hub.audit_entry WHERE number = 6",
        "DELETE FROM hub.audit_entry WHERE number = 4",
        "UPDATE hub.audit_entry SET number = 4 WHERE number = 5");

    assertThat(verify.verify(null).broken().get(0).from()).isEqualTo(4);
  }

  @Test
  void one_inserted_entry_is_told_by_its_number() throws SQLException {
    record(10);

    tamper(
        "ALTER TABLE hub.audit_entry DROP CONSTRAINT audit_entry_pkey",
        "INSERT INTO hub.audit_entry SELECT number, at, 'eve', action, subject, reason, before, after,"
            + " previous, sha256('x') FROM hub.audit_entry WHERE number = 4");

    assertThat(places(verify.verify(null))).containsExactly("INSERTED 4-4");
  }

  @Test
  void an_entry_inserted_between_renumbered_ones_is_told_by_its_number() throws SQLException {
    record(6);

    tamper(
        "ALTER TABLE hub.audit_entry DROP CONSTRAINT audit_entry_pkey",
        "UPDATE hub.audit_entry SET number = number + 1 WHERE number >= 4",
        "INSERT INTO hub.audit_entry SELECT 4, at, 'eve', action, subject, reason, before, after,"
            + " hash, sha256('x') FROM hub.audit_entry WHERE number = 3");

    assertThat(places(verify.verify(null)))
        .containsExactly("INSERTED 4-4", "CHANGED 5-5", "CHANGED 6-6", "CHANGED 7-7");
  }

  @Test
  void a_cut_tail_is_told_with_a_head_known_from_before() throws SQLException {
    record(10);
    AuditHead head = verify.verify(null).head();

    tamper("DELETE FROM hub.audit_entry WHERE number > 7");

    assertThat(verify.verify(null).isWhole()).isTrue();
    assertThat(places(verify.verify(head))).containsExactly("CUT 8-10");
  }

  @Test
  void a_chain_written_anew_by_somebody_with_the_key_is_told_by_the_head() throws SQLException {
    record(3);
    AuditHead head = verify.verify(null).head();
    tamper("DELETE FROM hub.audit_entry WHERE number > 1");
    record(4);

    Verified verified = verify.verify(head);

    assertThat(verified.broken()).extracting(Broken::kind).containsExactly(Kind.CHANGED);
    assertThat(verified.broken()).extracting(Broken::from).containsExactly(3L);
  }

  @Test
  void eight_writers_at_once_keep_one_chain() throws Exception {
    List<Callable<Void>> writers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      writers.add(
          () -> {
            record(50);
            return null;
          });
    }

    var threads = Executors.newFixedThreadPool(8);
    for (var done : threads.invokeAll(writers)) {
      done.get();
    }
    threads.shutdown();

    Verified verified = verify.verify(null);
    assertThat(verified.broken()).isEmpty();
    assertThat(verified.entries()).isEqualTo(400);
    assertThat(verified.head().number()).isEqualTo(400);
  }

  @Test
  void an_entry_is_gone_with_the_transaction_it_belongs_to() {
    record(1);

    new TransactionTemplate(new DataSourceTransactionManager(store.dataSource()))
        .executeWithoutResult(
            status -> {
              audit.record(action("undone"));
              status.setRollbackOnly();
            });
    record(1);

    assertThat(audit.about(List.of("undone"), 10)).isEmpty();
    assertThat(verify.verify(null).isWhole()).isTrue();
    assertThat(audit.head()).hasValueSatisfying(head -> assertThat(head.number()).isEqualTo(2));
  }

  @Test
  void nobody_changes_an_entry() throws SQLException {
    record(2);

    for (String sql :
        List.of(
            "UPDATE hub.audit_entry SET who = 'bob'",
            "DELETE FROM hub.audit_entry",
            "TRUNCATE hub.audit_entry")) {
      try (var runtime = store.runtime();
          var owner = store.owner()) {
        assertThatThrownBy(() -> runtime.createStatement().execute(sql))
            .as("the runtime role: " + sql)
            .hasMessageContaining("permission denied");
        assertThatThrownBy(() -> owner.createStatement().execute(sql))
            .as("the owner: " + sql)
            .hasMessageContaining("is refused: what was recorded stays as it is");
      }
    }
  }

  @Test
  void the_key_is_made_once_and_readable_by_its_owner_only(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("data/audit.key");

    AuditKey made = new KeyFile(file).open(store.dataSource());
    AuditKey read = new KeyFile(file).open(store.dataSource());

    assertThat(read.proof()).isEqualTo(made.proof());
    assertThat(Files.readString(file).strip()).matches("[0-9a-f]{64}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void a_key_that_is_missing_malformed_or_another_stops_the_start(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("audit.key");
    new KeyFile(file).open(store.dataSource());

    Files.writeString(file, "ff".repeat(32));
    refused(file, "AUD-002");
    Files.writeString(file, "ff".repeat(31));
    refused(file, "AUD-001");
    Files.writeString(file, "no key");
    refused(file, "AUD-001");
    Files.delete(file);
    refused(file, "AUD-001");
  }

  private void refused(Path file, String code) {
    assertThatThrownBy(() -> new KeyFile(file).open(store.dataSource()))
        .isInstanceOf(AuditRefused.class)
        .hasMessageStartingWith(code);
  }
}
