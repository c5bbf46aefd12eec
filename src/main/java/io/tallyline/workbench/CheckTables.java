package io.tallyline.workbench;

import io.tallyline.contracts.MessageType;
import io.tallyline.workbench.JsonPlaces.Place;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks the tables in route files: their form, and that every mapping they name is there. */
final class CheckTables {
  private final Project project;
  private final List<String> folders;
  private final Findings findings;

  /**
   * @param folders every version folder below the mappings folder
   */
  CheckTables(Project project, List<String> folders, Findings findings) {
    this.project = project;
    this.folders = folders;
    this.findings = findings;
  }

  void check(List<TableLine> lines) {
    Set<String> seen = new HashSet<>();
    for (TableLine line : lines) {
      if (!line.wellFormed()) {
        add(
            line,
            line.leftPlace(),
            "WRK-030",
            "'" + line.text() + "' is not of the form '<name> -> <mapping>'",
            "Write both sides with '->' between them");
      } else if (!seen.add(line.file().shown() + " " + line.table() + " " + line.left())) {
        add(
            line,
            line.leftPlace(),
            "WRK-030",
            "'" + line.left() + "' stands in this table twice",
            "Keep one of the lines");
      } else if (line.table().equals(TableLine.EVENTS)) {
        event(line);
      } else {
        posting(line);
      }
    }
  }

  private void event(TableLine line) {
    for (String folder : TableLine.versions(line.right())) {
      folder(line, line.rightPlace(), folder);
    }
  }

  private void posting(TableLine line) {
    List<MessageType> understood = new ArrayList<>();
    for (String key : TableLine.versions(line.left())) {
      try {
        MessageType type = MessageType.ofRoutingKey(key);
        understood.add(type);
        folder(line, line.leftPlace(), type.folder());
      } catch (IllegalArgumentException wrong) {
        add(
            line,
            line.leftPlace(),
            "WRK-032",
            wrong.getMessage(),
            "Write a routing key like inventory.sales-transaction-created.v1");
      }
    }
    if (!isFile(line.right()) || !line.right().endsWith("/journal.jslt")) {
      List<String> journals = folders.stream().map(name -> name + "/journal.jslt").toList();
      add(
          line,
          line.rightPlace(),
          "WRK-031",
          "there is no posting mapping mappings/" + line.right(),
          Spelling.suggestion(
              line.right(),
              journals.stream().filter(this::isFile).toList(),
              "Correct the name, or write that file"));
    }
    upcasts(line, understood);
  }

  /** Of several versions, each but the lowest says how the one before becomes it. */
  private void upcasts(TableLine line, List<MessageType> understood) {
    understood.sort(Comparator.comparingInt(MessageType::version));
    for (MessageType type : understood.subList(Math.min(1, understood.size()), understood.size())) {
      if (!isFile(type.folder() + "/upcast.jslt")) {
        add(
            line,
            line.leftPlace(),
            "WRK-031",
            "there is no mappings/%s/upcast.jslt, which would bring the version before up to v%d"
                .formatted(type.folder(), type.version()),
            "Write it, or understand one version only");
      }
    }
  }

  private void folder(TableLine line, Place place, String folder) {
    try {
      MessageType.ofFolder(folder);
    } catch (IllegalArgumentException wrong) {
      add(
          line,
          place,
          "WRK-032",
          wrong.getMessage(),
          "Write a folder like inventory/sales-transaction-created/v1");
      return;
    }
    if (!folders.contains(folder)) {
      add(
          line,
          place,
          "WRK-031",
          "there is no folder mappings/" + folder,
          Spelling.suggestion(folder, folders, "Correct the name, or make that folder"));
    }
  }

  private boolean isFile(String name) {
    return Files.isRegularFile(project.mappings().resolve(Path.of(name).normalize()));
  }

  private void add(TableLine line, Place place, String code, String what, String fix) {
    findings.add(line.file().shown(), place, code, what, fix);
  }
}
