package io.tallyline.audit;

import io.tallyline.audit.VerifyAudit.Broken;
import io.tallyline.audit.VerifyAudit.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows the chain entry by entry. An entry whose hash does not fit is judged by the next one: if
 * that continues from it, it was changed; if that continues from the one before, it was put in.
 */
final class BrokenPlaces {
  /** Most places that are listed; the others are counted. */
  static final int MOST = 1_000;

  private final AuditKey key;
  private final @Nullable AuditHead known;
  private final List<Broken> found = new ArrayList<>();
  private long count;
  private long lastNumber;
  private byte[] lastHash = AuditKey.nothingBefore();
  private @Nullable AuditEntry suspect;

  BrokenPlaces(AuditKey key, @Nullable AuditHead known) {
    this.key = key;
    this.known = known;
  }

  List<Broken> found() {
    return found;
  }

  long count() {
    return count;
  }

  void see(AuditEntry entry) {
    boolean genuine = key.fits(entry);
    if (suspect != null && genuine && entry.number() == suspect.number()) {
      inserted(suspect.number());
      suspect = null;
    } else {
      judge(entry);
    }
    if (entry.number() <= lastNumber) {
      inserted(entry.number());
      return;
    }
    if (entry.number() > lastNumber + 1) {
      add(
          lastNumber + 1,
          entry.number() - 1,
          Kind.REMOVED,
          "is missing: entries were taken out between %d and %d"
              .formatted(lastNumber, entry.number()));
    } else if (genuine && !continues(entry)) {
      add(
          entry.number(),
          entry.number(),
          Kind.INSERTED,
          "does not continue from the entry before: one of the two was put in the place of another");
    }
    checkHead(entry);
    if (genuine) {
      advance(entry);
    } else {
      suspect = entry;
    }
  }

  private boolean continues(AuditEntry entry) {
    return Arrays.equals(entry.previous(), lastHash);
  }

  /** Settles what the entry before was, now that its follower is known. */
  private void judge(@Nullable AuditEntry follower) {
    AuditEntry judged = suspect;
    suspect = null;
    if (judged == null) {
      return;
    }
    if (follower != null
        && follower.number() > judged.number()
        && Arrays.equals(follower.previous(), lastHash)) {
      inserted(judged.number());
      lastNumber = judged.number();
      return;
    }
    add(
        judged.number(),
        judged.number(),
        Kind.CHANGED,
        "does not fit its hash: it was changed, or added by somebody without the key");
    advance(judged);
    // Whatever hash it had before, its follower continues from that one.
    if (follower != null) {
      lastHash = follower.previous();
    }
  }

  private void advance(AuditEntry entry) {
    lastNumber = entry.number();
    lastHash = entry.hash();
  }

  private void checkHead(AuditEntry entry) {
    if (known != null
        && entry.number() == known.number()
        && !AuditHead.of(entry).hash().equals(known.hash())) {
      add(
          entry.number(),
          entry.number(),
          Kind.CHANGED,
          "has another hash than the known head: the chain was written anew up to it");
    }
  }

  void end() {
    judge(null);
    if (known != null && known.number() > lastNumber) {
      add(
          lastNumber + 1,
          known.number(),
          Kind.CUT,
          "is missing: the tail was cut after %d, the known head is %d"
              .formatted(lastNumber, known.number()));
    }
  }

  private void inserted(long number) {
    add(number, number, Kind.INSERTED, "was put in: the chain goes past it");
  }

  private void add(long from, long to, Kind kind, String what) {
    count++;
    if (found.size() < MOST) {
      String which = from == to ? "Entry " + from : "Entries " + from + " to " + to;
      found.add(new Broken(from, to, kind, which + " " + what + "."));
    }
  }
}
