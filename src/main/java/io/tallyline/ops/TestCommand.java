package io.tallyline.ops;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Stands here for the help only: the launcher runs the tests, which need the sources and Maven. */
@Command(
    name = "test",
    mixinStandardHelpOptions = true,
    description = {
      "Install what the tests need, then run them all: unit, real PostgreSQL, real RabbitMQ"
          + " (a private node), embedded, and the demo."
    })
final class TestCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    System.err.println("OPS-030 tests run from the project's folder with its launcher: ./hub test");
    return Hub.WRONG;
  }
}
