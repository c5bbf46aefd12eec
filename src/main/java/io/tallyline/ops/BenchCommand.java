package io.tallyline.ops;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Stands here for the help only: the launcher runs the bench, which needs sources and Maven. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measure the hub beside a hand-written pipeline, naive Camel and outbox libraries, on servers"
          + " of its own."
    })
final class BenchCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    System.err.println(
        "OPS-030 the bench runs from the project's folder with its launcher: ./hub bench");
    return Hub.WRONG;
  }
}
