package io.tallyline.faults;

import io.tallyline.faults.inject.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/** The page that keeps the last full run that passed. */
final class FaultsPage {
  private FaultsPage() {}

  static void write(Path page, long seed, List<Run> runs, List<String> table) throws IOException {
    Map<Point, Integer> hits = Run.hits(runs);
    int kills = runs.stream().mapToInt(Run::kills).sum();
    int atPoints = hits.values().stream().mapToInt(Integer::intValue).sum();
    int ended = kills + atPoints;
    long controls = runs.stream().filter(run -> run.outcome().control()).count();
    Files.writeString(
        page,
        """
        # Faults

        The last full run of `./hub test faults` that passed; the suite writes this page itself.

        - Date: %s, seed %d
        - Machine: %d processors, Java %s, %s; databases, brokers and hubs on the same machine
        - Hubs ended without warning: %d at random moments, %d at named points
        - Mutation controls caught: %d of %d

        ```
        %s
        ```

        Columns: `redeliv` messages that a consumer got flagged as delivered before; `lost`, `twice`,
        `unexp`(ected) and `diff`(erent) compare the ledger with a model that shares no code with the
        hub, journal by journal and by trial balance to the cent; `dead` dead letters that are exactly
        the poison that was sent, bytes and reason intact. After each scenario outbox, finance's own
        outbox and every queue were empty, and every journal had announced itself. A dead letter that
        is there twice is counted, not a failure. `caught`: with a guarantee taken out of the hub the
        checker found the damage, and without that found none.

        ## What it does not prove

        - Power loss: processes were killed, machines were not. What an operating system had accepted
          was not taken away, and no disk lied about having written.
        - Network partitions between machines: all processes shared one machine and its loopback.
        - Independent disks: the nodes of the cluster shared one.
        - Never: 0 failures in %d ends of a hub bound the probability of a failure per end at about
          %s (3/n, 95 %% confidence), under this schedule.
        """
            .formatted(
                LocalDate.now(ZoneOffset.UTC),
                seed,
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().feature(),
                System.getProperty("os.name"),
                kills,
                atPoints,
                controls,
                controls,
                String.join("\n", table).strip(),
                ended,
                "%.1f %%".formatted(300.0 / Math.max(1, ended))));
  }
}
