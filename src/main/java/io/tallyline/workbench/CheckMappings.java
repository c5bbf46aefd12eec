package io.tallyline.workbench;

import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Rejected;
import io.tallyline.mapping.MappingFaults;
import io.tallyline.mapping.Mappings;
import io.tallyline.workbench.JsonPlaces.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Checks every file below the mappings folder: mappings, schemas, cases, accounts. */
final class CheckMappings {
  private static final Set<String> MAPPINGS =
      Set.of("message.jslt", "totals.jslt", "journal.jslt", "upcast.jslt");
  private static final Set<String> CASES = Set.of(MappingCase.CASES, MappingCase.UPCAST_CASES);
  private static final Set<String> MESSAGE_FILES =
      Set.of("message.schema.json", "message.jslt", "totals.jslt");

  private final Project project;
  private final Findings findings;
  private final MappingFaults faults;
  private final Chart chart;
  private final CheckCase cases;

  CheckMappings(Project project, Findings findings) {
    this.project = project;
    this.findings = findings;
    this.faults = MappingFaults.in(project.mappings());
    this.chart = Chart.read(project, findings);
    this.cases = new CheckCase(project, Mappings.open(project.mappings()), chart, findings);
  }

  /** Every {@code <module>/<event>/v<n>} below the mappings folder. */
  static List<String> versionFolders(Path root) {
    List<String> folders = new ArrayList<>();
    for (Path folder : walk(root)) {
      String name = Project.slashes(root.relativize(folder));
      if (Files.isDirectory(folder) && isVersion(name)) {
        folders.add(name);
      }
    }
    return folders;
  }

  private static boolean isVersion(String name) {
    try {
      MessageType.ofFolder(name);
      return true;
    } catch (IllegalArgumentException other) {
      return false;
    }
  }

  /** Names of the folders in a folder, sorted. */
  static List<String> names(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(Files::isDirectory)
          .map(child -> child.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  static List<Path> walk(Path root) {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> !hidden(root, file)).sorted().toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static boolean hidden(Path root, Path file) {
    for (Path part : root.relativize(file)) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  /** Everything, or what lies below one folder. */
  void check(Path below) {
    List<Path> files = walk(below).stream().filter(Files::isRegularFile).toList();
    files.forEach(this::file);
    for (String folder : versionFolders(project.mappings())) {
      if (project.mappings().resolve(folder).startsWith(below)) {
        complete(folder);
      }
    }
    files.stream().filter(CheckMappings::isCaseInput).forEach(this::runCase);
  }

  static boolean isCaseInput(Path file) {
    return file.toString().endsWith(MappingCase.IN)
        && CASES.contains(file.getParent().getFileName().toString());
  }

  private void file(Path file) {
    String name = file.getFileName().toString();
    String path = Project.slashes(project.mappings().relativize(file));
    String folder = path.substring(0, Math.max(0, path.lastIndexOf('/')));
    if (CASES.contains(file.getParent().getFileName().toString())) {
      caseFile(file);
    } else if (name.endsWith(".schema.json")) {
      report(path, faults.ofSchema(path));
    } else if (MAPPINGS.contains(name) && isVersion(folder)) {
      report(path, faults.ofMapping(path));
      if (name.equals("journal.jslt")) {
        accounts(file);
      }
    } else if (!path.equals(Project.CHART) && !name.equals("README.md")) {
      findings.note(
          project.shown(file), 0, "WRK-042", "nothing reads this file", "Rename or delete it");
    }
  }

  private void report(String path, List<MappingFaults.Fault> found) {
    for (MappingFaults.Fault fault : found) {
      Place place = new Place(fault.line(), fault.column());
      if (path.endsWith(".json")) {
        JsonPlaces places =
            JsonPlaces.of(
                SourceText.read(
                        project.mappings().resolve(fault.file()), "mappings/" + path, findings)
                    .orElse(""));
        place =
            places
                .broken()
                .map(JsonPlaces.Broken::place)
                .orElse(fault.line() > 0 ? place : places.at(fault.pointer()));
      }
      findings.add(
          "mappings/" + fault.file(), place, fault.code(), fault.what(), "Correct it here");
    }
  }

  private void accounts(Path file) {
    Optional<String> source = SourceText.read(file, project.shown(file), findings);
    for (NamedAccounts.Named named : NamedAccounts.in(source.orElse(""))) {
      if (!chart.has(named.code())) {
        unknownAccount(project.shown(file), named.place(), named.code(), chart, findings);
      }
    }
  }

  static void unknownAccount(
      String shown, Place place, String account, Chart chart, Findings findings) {
    findings.add(
        shown,
        place,
        "WRK-060",
        "there is no account '" + account + "' in mappings/" + Project.CHART,
        Spelling.suggestion(
            account,
            chart.accounts().keySet(),
            "Correct the number, or add the account there and to the ledger"));
  }

  /** A folder that begins to be a message or a posting must be a whole one. */
  private void complete(String folder) {
    Path path = project.mappings().resolve(folder);
    boolean message = MESSAGE_FILES.stream().anyMatch(name -> Files.exists(path.resolve(name)));
    boolean posting = Files.exists(path.resolve("journal.jslt"));
    if (!message && !posting) {
      findings.add(
          "mappings/" + folder,
          0,
          0,
          "WRK-041",
          "the folder holds neither message.jslt nor journal.jslt",
          "Write one of them, or delete the folder");
    }
    if (message) {
      new TreeSet<>(MESSAGE_FILES).forEach(name -> require(path.resolve(name)));
      require(path.getParent().resolve("event.schema.json"));
    }
  }

  private void require(Path file) {
    if (!Files.exists(file)) {
      findings.add(
          project.shown(file),
          0,
          0,
          "WRK-041",
          "the file is missing",
          "Write it, as its neighbours do");
    }
  }

  private void caseFile(Path file) {
    String name = file.getFileName().toString();
    if (name.endsWith(MappingCase.IN)) {
      return;
    }
    for (String suffix : List.of(MappingCase.OUT, MappingCase.ERROR)) {
      if (name.endsWith(suffix)) {
        String stem = name.substring(0, name.length() - suffix.length());
        if (!Files.exists(file.resolveSibling(stem + MappingCase.IN))) {
          findings.add(
              project.shown(file),
              0,
              0,
              "WRK-050",
              "the expectation has no input",
              "Write " + stem + MappingCase.IN + " beside it, or delete it");
        }
        return;
      }
    }
    findings.note(
        project.shown(file), 0, "WRK-042", "nothing reads this file", "Rename or delete it");
  }

  private void runCase(Path input) {
    MappingCase each = MappingCase.of(project.mappings(), input);
    if (isVersion(each.folder())) {
      cases.check(each);
    }
  }

  static void notJson(
      String shown, JsonPlaces places, Rejected broken, String code, Findings findings) {
    Place place = places.broken().map(JsonPlaces.Broken::place).orElse(new Place(1, 1));
    String what = places.broken().map(JsonPlaces.Broken::what).orElse(broken.getMessage());
    findings.add(
        shown, place, code, "this is not JSON: " + what, "Correct it here or in the line before");
  }
}
