package io.tallyline.ops;

import io.tallyline.testing.HubCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** Runs the command line in the JVM of a test. */
public final class CommandLines {
  private CommandLines() {}

  public static HubCommand.Ran run(List<String> words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Hub.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words.toArray(String[]::new));
    return new HubCommand.Ran(status, out.toString(), err.toString());
  }
}
