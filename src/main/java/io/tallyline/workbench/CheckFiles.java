package io.tallyline.workbench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks everything an integration engineer edits, without any server: routes, mappings, schemas,
 * cases, accounts. Reads the files as they are at each call.
 */
public final class CheckFiles {
  private final Project project;

  public CheckFiles(Project project) {
    this.project = project;
  }

  /** Everything; milliseconds once the JVM is warm. */
  public Checked check() {
    Findings findings = new Findings();
    if (!folders(findings)) {
      return findings.checked();
    }
    List<RouteFile> files = routes(findings);
    KnownNames known = KnownNames.of(project, files);
    files.forEach(file -> new CheckRouteFile(file, known, findings).check());
    unique(files, findings);
    List<TableLine> tables = new ArrayList<>();
    files.forEach(file -> tables.addAll(TableLine.in(file)));
    tables(tables, findings);
    new CheckMappings(project, findings).check(project.mappings());
    unused(tables, findings);
    return findings.checked();
  }

  /**
   * One route file, by itself and against the names that the other files define.
   *
   * @param route below the routes folder
   */
  public List<Finding> checkRoute(Path route) {
    Findings findings = new Findings();
    List<RouteFile> files = routes(new Findings());
    String shown = project.shown(route);
    RouteFile.read(route, shown, findings)
        .ifPresent(
            file -> {
              new CheckRouteFile(file, KnownNames.of(project, files), findings).check();
              tables(TableLine.in(file), findings);
              unique(files, findings);
            });
    return findings.checked().findings().stream().filter(f -> f.file().equals(shown)).toList();
  }

  /**
   * One folder below the mappings folder: its mappings and schemas, and its cases.
   *
   * @param folder for example {@code mappings/inventory/sales-transaction-created/v1}
   */
  public List<Finding> checkMapping(Path folder) {
    Findings findings = new Findings();
    new CheckMappings(project, findings).check(folder);
    return findings.checked().findings();
  }

  private boolean folders(Findings findings) {
    boolean there = true;
    for (Path folder : List.of(project.routes(), project.mappings())) {
      if (!Files.isDirectory(folder)) {
        findings.add(
            project.shown(folder),
            0,
            0,
            "WRK-001",
            "there is no folder " + folder,
            "Start in the project's folder, or set hub.routes-directory and"
                + " hub.mappings-directory");
        there = false;
      }
    }
    return there;
  }

  private List<RouteFile> routes(Findings findings) {
    List<RouteFile> files = new ArrayList<>();
    for (Path file : CheckMappings.walk(project.routes())) {
      String name = file.getFileName().toString();
      if (name.endsWith(RouteFile.SUFFIX)) {
        RouteFile.read(file, project.shown(file), findings).ifPresent(files::add);
      } else if (Files.isRegularFile(file) && !name.equals("README.md")) {
        findings.note(
            project.shown(file),
            0,
            "WRK-042",
            "nothing reads this file",
            "Name it <route>" + RouteFile.SUFFIX + ", or delete it");
      }
    }
    return files;
  }

  /** Ids of routes and steps name them in logs, metrics and diagrams. */
  private static void unique(List<RouteFile> files, Findings findings) {
    Map<String, String> seen = new HashMap<>();
    for (RouteFile file : files) {
      for (RouteFile.Route route : file.routes()) {
        once(file, route.at(), route.id(), seen, findings);
        once(file, route.from().at(), route.from().id(), seen, findings);
        route.steps().forEach(step -> once(file, step.at(), step.id(), seen, findings));
      }
    }
  }

  private static void once(
      RouteFile file, String at, String id, Map<String, String> seen, Findings findings) {
    JsonPlaces.Place place = file.source().at(at + "/id");
    String before = id.isEmpty() ? null : seen.putIfAbsent(id, file.shown() + ":" + place.line());
    if (before != null) {
      findings.add(
          file.shown(),
          place,
          "WRK-014",
          "the id '" + id + "' stands already in " + before,
          "Choose another");
    }
  }

  private void tables(List<TableLine> lines, Findings findings) {
    new CheckTables(project, CheckMappings.versionFolders(project.mappings()), findings)
        .check(lines);
  }

  private void unused(List<TableLine> lines, Findings findings) {
    Set<String> used = new HashSet<>();
    for (TableLine line : lines) {
      if (line.table().equals(TableLine.EVENTS)) {
        used.addAll(TableLine.versions(line.right()));
      } else {
        used.add(line.right().replaceFirst("/journal[.]jslt$", ""));
        TableLine.versions(line.left())
            .forEach(key -> used.add(key.replaceFirst("[.]", "/").replaceFirst("[.]v", "/v")));
      }
    }
    for (String folder : CheckMappings.versionFolders(project.mappings())) {
      // An older version stays for hubs that do not understand the newer one yet.
      String event = folder.substring(0, folder.lastIndexOf('/') + 1);
      if (used.stream().noneMatch(name -> name.startsWith(event))) {
        findings.note(
            "mappings/" + folder,
            0,
            "WRK-043",
            "no table of a route names this folder",
            "Add a line to relay-outbox or post-journals, or delete it");
      }
    }
  }
}
