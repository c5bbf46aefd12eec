package io.tallyline.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reads the whole chain and tells where it is broken. Needs the key, and a head that was logged
 * before if a cut tail is to be told.
 */
public final class VerifyAudit {
  private static final int PAGE = 1_000;

  /** Keyset over both columns: in a table that was tampered with a number may stand twice. */
  private static final String READ =
      """
      SELECT * FROM hub.audit_entry WHERE (number, hash) > (?, ?) ORDER BY number, hash LIMIT ?
      """;

  private final JdbcClient jdbc;
  private final AuditKey key;

  VerifyAudit(DataSource store, AuditKey key) {
    this.jdbc = JdbcClient.create(store);
    this.key = key;
  }

  /** What happened to an entry. */
  public enum Kind {
    /** Its content does not fit its hash. */
    CHANGED,
    /** Its number is missing. */
    REMOVED,
    /** The chain goes past it. */
    INSERTED,
    /** It was the newest once, or came before that, and is gone. */
    CUT
  }

  /**
   * A broken place.
   *
   * @param from number of the entry
   * @param to the same, or the last of several in a row
   * @param sentence what is wrong, in words
   */
  public record Broken(long from, long to, Kind kind, String sentence) {}

  /**
   * What was found.
   *
   * @param entries how many were read
   * @param head the newest entry's number and hash; null without entries
   * @param broken places in the order of their numbers, at most {@link BrokenPlaces#MOST}
   * @param brokenPlaces how many there are in all
   */
  public record Verified(
      long entries, @Nullable AuditHead head, List<Broken> broken, long brokenPlaces) {
    public boolean isWhole() {
      return brokenPlaces == 0;
    }
  }

  /**
   * @param known a head that was logged or written down earlier
   */
  public Verified verify(@Nullable AuditHead known) {
    BrokenPlaces places = new BrokenPlaces(key, known);
    AuditEntry last = null;
    long entries = 0;
    List<AuditEntry> page = read(last);
    while (!page.isEmpty()) {
      for (AuditEntry entry : page) {
        places.see(entry);
        last = entry;
        entries++;
      }
      page = read(last);
    }
    places.end();
    return new Verified(
        entries,
        Optional.ofNullable(last).map(AuditHead::of).orElse(null),
        new ArrayList<>(places.found()),
        places.count());
  }

  private List<AuditEntry> read(@Nullable AuditEntry after) {
    return jdbc.sql(READ)
        .params(
            after == null ? Long.MIN_VALUE : after.number(),
            after == null ? new byte[0] : after.hash(),
            PAGE)
        .query(JdbcAudit::entry)
        .list();
  }
}
