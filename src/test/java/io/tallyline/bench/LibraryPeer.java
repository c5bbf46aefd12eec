package io.tallyline.bench;

import io.tallyline.testing.PostgresServer.Database;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An outbox library: it has tables of its own and is called by the producer, so the producers run
 * in its program. What they are to record is laid into a table beside.
 */
final class LibraryPeer extends Peer {
  private static final Duration LONGEST = Duration.ofMinutes(10);

  LibraryPeer(String name, String what, String module, String mainClass) {
    super(name, what, module, mainClass, false);
  }

  /** It makes its own tables, so it comes as the owner. */
  @Override
  Login inventoryLogin(Database inventory) {
    return new Login(inventory.ownerUser(), inventory.ownerPassword());
  }

  @Override
  public long record(Site site, Program program, int rows, Runnable beforeCommit) throws Exception {
    site.stage(rows);
    program.ask("record", "recorded", LONGEST);
    beforeCommit.run();
    String answer = program.ask("commit", "committed ", LONGEST);
    long transaction = Long.parseLong(answer);
    return CommitTimes.of(site.inventorySql(), List.of(transaction)).get(transaction);
  }

  @Override
  public OpenLoop.Produced produce(Site site, Program program, int perSecond, int seconds)
      throws Exception {
    site.stage(perSecond * seconds);
    String latest = program.ask("produce " + perSecond, "produced ", LONGEST);
    Map<String, Long> transactions = new LinkedHashMap<>();
    site.inventorySql()
        .query(
            "SELECT reference, transaction FROM bench_sale",
            row -> {
              transactions.put(row.getString(1), row.getLong(2));
            });
    return new OpenLoop.Produced(transactions, Double.parseDouble(latest));
  }
}
