package io.tallyline.bench;

import io.tallyline.testing.TestHub;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The hub as a user runs it: {@code ./hub start} with its defaults, and traces switched on. */
final class Hub implements Contender {
  private final Servers servers;
  private final boolean storing;
  private final List<String> settings;

  /**
   * @param storing whether it has the role store too
   * @param settings further ones, {@code --name=value}
   */
  Hub(Servers servers, boolean storing, String... settings) {
    this.servers = servers;
    this.storing = storing;
    this.settings = List.of(settings);
  }

  @Override
  public String name() {
    return storing ? "hub + store" : "hub";
  }

  @Override
  public String what() {
    return storing
        ? "the same with the role store: every message is kept in the event store too"
        : "./hub start, roles relay and finance, its defaults, 1 % of the traces exported";
  }

  @Override
  public boolean hasStages() {
    return !storing;
  }

  @Override
  public Program start(Site site, String part) {
    List<String> command = new ArrayList<>();
    command.add(Path.of("hub").toAbsolutePath().toString());
    command.add("start");
    var options =
        new TestHub.Settings()
            .roles(storing ? part + ",store" : part)
            .with("hub.start.wait", "60s")
            .with("management.tracing.enabled", "true")
            .with("management.otlp.tracing.endpoint", servers.traceEndpoint())
            .broker(site.rabbit(), site.virtualHost());
    if (part.contains("relay")) {
      options.database(site.inventory());
    }
    if (part.contains("finance")) {
      options.database(site.finance());
    }
    if (storing) {
      options.database(site.store());
    }
    command.addAll(List.of(options.arguments()));
    command.addAll(settings);
    return Program.start(name(), command, "Tallyline runs as");
  }
}
