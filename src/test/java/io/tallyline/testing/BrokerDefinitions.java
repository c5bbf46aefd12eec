package io.tallyline.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Gives a node the project's own definitions, with passwords, as an operator would. */
public final class BrokerDefinitions {
  private static final String SCRIPT = "docker/rabbitmq/users.sh";

  private BrokerDefinitions() {}

  /**
   * Runs the script.
   *
   * @param environment where it finds the passwords
   * @return exit status
   */
  public static int write(Path target, Map<String, String> environment) {
    var builder = new ProcessBuilder("sh", SCRIPT, target.toString());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(new File("/dev/null"));
    try {
      Process script = builder.start();
      if (!script.waitFor(30, TimeUnit.SECONDS)) {
        script.destroyForcibly();
        throw new IllegalStateException(SCRIPT + " takes too long");
      }
      return script.exitValue();
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /** The password of a user that {@link #importInto} made. */
  public static String passwordOf(String user) {
    return user + "'s own \"password\" \\1 $HOME";
  }

  /** Users, permissions and topology, in the virtual host {@code /}. */
  public static void importInto(RabbitNode node, Path folder) {
    Path file = folder.resolve("definitions.json");
    int status =
        write(
            file,
            Map.of(
                "RELAY_PASSWORD", passwordOf("relay"),
                "FINANCE_PASSWORD", passwordOf("finance"),
                "STORE_PASSWORD", passwordOf("store"),
                "OPS_PASSWORD", passwordOf("ops")));
    if (status != 0) {
      throw new IllegalStateException(SCRIPT + " ended with " + status);
    }
    node.rabbitmqctl("import_definitions", file.toAbsolutePath().toString());
  }
}
