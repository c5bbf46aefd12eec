package io.tallyline.ops;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;
import sun.misc.Signal;

/** {@code ./hub start}: runs in the foreground until told to stop. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description = {
      "Run the hub in the foreground. Databases and broker that are configured are used; what is"
          + " not is started embedded, with its data below ./data."
    },
    footer = {
      "",
      "Stop it with Ctrl-C or SIGTERM: it finishes what is in flight and exits with 0.",
      "Example: HUB_FINANCE_DATASOURCE_URL=jdbc:postgresql://db/finance \\",
      "         HUB_FINANCE_DATASOURCE_USERNAME=finance_hub \\",
      "         HUB_FINANCE_DATASOURCE_PASSWORD=... ./hub start"
    })
final class StartCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(StartCommand.class);

  @Unmatched private List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    return serve(Settings.of(settings));
  }

  /** Runs a hub until it is told to stop. */
  static int serve(String... arguments) throws InterruptedException {
    exitWithZeroOnSignals();
    ConfigurableApplicationContext hub = HubApplication.run(arguments);
    WhatRunsWhere.of(hub).forEach(log::info);
    untilStopped();
    return Hub.DONE;
  }

  static void untilStopped() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  /**
   * SIGTERM and Ctrl-C are the ordinary way to stop, so they end in 0, not in the JVM's 143; a stop
   * that hangs is cut off in time.
   */
  static void exitWithZeroOnSignals() {
    for (String name : new String[] {"TERM", "INT"}) {
      Signal.handle(
          new Signal(name),
          signal -> {
            Thread stop = new Thread(() -> System.exit(Hub.DONE), "stop");
            stop.start();
            Thread cut = new Thread(StartCommand::cutOff, "stop-in-time");
            cut.setDaemon(true);
            cut.start();
          });
    }
  }

  private static void cutOff() {
    Duration timeout = HubConfiguration.shutdownTimeout();
    try {
      Thread.sleep(timeout.toMillis());
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      return;
    }
    System.err.printf(
        "OPS-032 stopping took longer than hub.shutdown.timeout (%d s) and was cut off; what was in"
            + " flight is delivered again at the next start.%n",
        timeout.toSeconds());
    Runtime.getRuntime().halt(Hub.NOT_AS_IT_SHOULD_BE);
  }
}
