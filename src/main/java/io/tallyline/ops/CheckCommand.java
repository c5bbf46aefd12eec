package io.tallyline.ops;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.tallyline.contracts.StartRefused;
import io.tallyline.workbench.CheckFiles;
import io.tallyline.workbench.Checked;
import io.tallyline.workbench.Finding;
import io.tallyline.workbench.Project;
import io.tallyline.workbench.UpdateCases;
import io.tallyline.workbench.WatchFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./hub check}: everything wrong in routes and mappings, without any server. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    subcommands = CheckContractsCommand.class,
    description = {
      "Check routes, mappings, schemas, cases and accounts, without any server. Every finding has"
          + " its file, line and way out."
    },
    footer = {
      "",
      "Exit status: 0 nothing found, 1 something found, 2 used wrongly. Notes do not count.",
      "src/docs/errors.md says more about each code."
    })
final class CheckCommand implements Callable<Integer> {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(names = "--watch", description = "stay, and check again whenever a file is saved")
  private boolean watch;

  @Option(names = "--update", description = "write what a new case gives as its expectation")
  private boolean update;

  @Option(names = "--json", description = "print findings and notes as a JSON array")
  private boolean json;

  @Parameters(
      paramLabel = "PATH",
      arity = "0..*",
      description = "show only what concerns these files or folders")
  private List<Path> paths = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (watch && json) {
      throw new StartRefused("OPS-071", "--watch and --json do not go together. Choose one.");
    }
    Project project = EditedProject.here();
    List<String> shown = shown(project);
    if (update) {
      update(project);
    }
    int status = check(project, shown);
    return watch ? watch(project, shown) : status;
  }

  /** The paths as findings name them. */
  private List<String> shown(Project project) {
    List<String> shown = new ArrayList<>();
    for (Path path : paths) {
      Path whole = path.toAbsolutePath().normalize();
      boolean ours = whole.startsWith(project.routes()) || whole.startsWith(project.mappings());
      if (!ours || !Files.exists(whole)) {
        throw new StartRefused(
            "OPS-072",
            "%s is no file or folder below %s or %s. Correct the path."
                .formatted(path, project.routes(), project.mappings()));
      }
      shown.add(project.shown(whole));
    }
    return shown;
  }

  private void update(Project project) throws IOException {
    for (String file : new UpdateCases(project).update()) {
      // With --json the array alone is on standard output.
      (json ? spec.commandLine().getErr() : out()).println("wrote " + file + ": review it");
    }
  }

  private int check(Project project, List<String> shown) throws IOException {
    Checked checked = new CheckFiles(project).check();
    List<Finding> findings = checked.findings().stream().filter(f -> wanted(f, shown)).toList();
    List<Finding> notes = checked.notes().stream().filter(f -> wanted(f, shown)).toList();
    if (json) {
      out().println(array(findings, notes));
    } else {
      findings.forEach(out()::println);
      notes.forEach(note -> out().println("note: " + note));
      out().println(summary(findings.size(), notes.size()));
    }
    out().flush();
    return findings.isEmpty() ? Hub.DONE : Hub.NOT_AS_IT_SHOULD_BE;
  }

  private static boolean wanted(Finding finding, List<String> shown) {
    String file = finding.file();
    return shown.isEmpty()
        || shown.stream().anyMatch(path -> file.equals(path) || file.startsWith(path + "/"));
  }

  private static String summary(int findings, int notes) {
    String found =
        findings == 0 ? "Nothing found" : findings == 1 ? "1 finding" : findings + " findings";
    return notes == 0 ? found + "." : found + ", " + (notes == 1 ? "1 note." : notes + " notes.");
  }

  private static String array(List<Finding> findings, List<Finding> notes) throws IOException {
    JsonMapper mapper = new JsonMapper();
    ArrayNode array = mapper.createArrayNode();
    findings.forEach(finding -> add(array, finding, "finding"));
    notes.forEach(note -> add(array, note, "note"));
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(array);
  }

  private static void add(ArrayNode array, Finding finding, String kind) {
    array
        .addObject()
        .put("kind", kind)
        .put("file", finding.file())
        .put("line", finding.line())
        .put("column", finding.column())
        .put("code", finding.code())
        .put("what", finding.what())
        .put("fix", finding.fix());
  }

  private int watch(Project project, List<String> shown) throws IOException, InterruptedException {
    out().println("Watching routes and mappings; q and Enter, or Ctrl-C, ends it.");
    out().flush();
    try (WatchFiles files = new WatchFiles(List.of(project.routes(), project.mappings()))) {
      endOnQ(files);
      while (files.awaitChange()) {
        out().println();
        out().println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS));
        if (update) {
          update(project);
        }
        check(project, shown);
      }
    }
    return Hub.DONE;
  }

  private static void endOnQ(WatchFiles files) {
    Thread keys =
        new Thread(
            () -> {
              try {
                int key = System.in.read();
                while (key >= 0 && key != 'q') {
                  key = System.in.read();
                }
                if (key == 'q') {
                  files.close();
                }
              } catch (IOException noKeyboard) {
                // Ctrl-C still ends it.
                return;
              }
            },
            "watch-keys");
    keys.setDaemon(true);
    keys.start();
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
