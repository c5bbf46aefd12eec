package io.tallyline.bench;

import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.RabbitNode;
import java.sql.SQLException;

/** PostgreSQL and RabbitMQ of the bench alone, both as durable as in production. */
final class Servers {
  private final OwnPostgres postgres;
  private final RabbitNode rabbit;
  private final TraceSink traces = new TraceSink();

  Servers() {
    // The commit times of producers and journals are the measure of latency, on one clock.
    postgres = OwnPostgres.started("bench", "track_commit_timestamp=on");
    rabbit = RabbitNode.alone("bench");
  }

  /** Empty databases and a virtual host, for sales of this kind. */
  Site site(Sales sales) throws SQLException {
    return new Site(postgres, rabbit, sales);
  }

  /** What runs, for the page. */
  String versions() {
    try (Site site = site(Sales.ofFiveLines())) {
      return "PostgreSQL %s (fsync and synchronous_commit on), RabbitMQ %s"
          .formatted(
              site.inventorySql()
                  .queryForObject("SELECT split_part(version(), ' ', 2)", String.class),
              site.rabbitVersion());
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  String traceEndpoint() {
    return traces.endpoint();
  }

  /** CPU seconds so far of a contender and of the servers. */
  Cpu cpu(Program program) {
    return new Cpu(
        CpuTime.seconds(program.handle()),
        CpuTime.seconds(postgres.process()),
        CpuTime.seconds(rabbit.process()));
  }

  /** CPU seconds, by who used them. */
  record Cpu(double program, double postgres, double rabbit) {
    Cpu since(Cpu before) {
      return new Cpu(program - before.program, postgres - before.postgres, rabbit - before.rabbit);
    }

    Cpu perThousand(long events) {
      return new Cpu(program * 1_000 / events, postgres * 1_000 / events, rabbit * 1_000 / events);
    }

    double all() {
      return program + postgres + rabbit;
    }
  }
}
