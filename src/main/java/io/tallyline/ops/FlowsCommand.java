package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import io.tallyline.workbench.DrawFlows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./hub flows}: a picture of every flow, from the route files. */
@Command(
    name = "flows",
    mixinStandardHelpOptions = true,
    description = {
      "Draw every flow, and how the flows connect, from routes/: one picture a route in"
          + " src/docs/flows, and the page src/docs/flows.md that shows them. What beans read and"
          + " write stands in the table of routes/README.md."
    },
    footer = {
      "",
      "Exit status: 0 done, 1 --check found pictures older than the routes, 2 a file is wrong."
    })
final class FlowsCommand implements Callable<Integer> {
  private static final String DOCS = "src/docs";

  @Option(
      names = "--check",
      description = "write nothing; list the pictures that are older than the routes")
  private boolean check;

  @Override
  public Integer call() throws IOException {
    Path home = Path.of(System.getProperty("hub.home", "."));
    if (!Files.isDirectory(home.resolve("routes"))) {
      throw new StartRefused(
          "OPS-080",
          "there is no folder %s. Run ./hub flows in the project."
              .formatted(home.resolve("routes")));
    }
    DrawFlows pictures = DrawFlows.of(home.resolve("routes"));
    if (!pictures.findings().isEmpty()) {
      pictures.findings().forEach(System.err::println);
      System.err.println("Nothing was drawn.");
      return Hub.WRONG;
    }
    return check ? compare(pictures, home.resolve(DOCS)) : write(pictures, home.resolve(DOCS));
  }

  private static int compare(DrawFlows pictures, Path docs) throws IOException {
    List<String> outdated = pictures.outdated(docs);
    if (outdated.isEmpty()) {
      System.out.printf("%d files show the routes as they are.%n", pictures.files().size());
      return Hub.DONE;
    }
    outdated.forEach(name -> System.out.println("older than the routes: " + DOCS + "/" + name));
    System.out.println("Draw them again: ./hub flows");
    return Hub.NOT_AS_IT_SHOULD_BE;
  }

  private static int write(DrawFlows pictures, Path docs) throws IOException {
    List<String> changed = pictures.write(docs);
    for (String name : changed) {
      System.out.printf(
          "%s %s/%s%n", pictures.files().containsKey(name) ? "wrote  " : "deleted", DOCS, name);
    }
    System.out.printf(
        "%d files changed; %d show the routes. Start at %s/flows.md.%n",
        changed.size(), pictures.files().size(), DOCS);
    return Hub.DONE;
  }
}
