package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes what a new case gives as its expectation, for a person to review. */
public final class UpdateCases {
  private final Project project;

  public UpdateCases(Project project) {
    this.project = project;
  }

  /**
   * Writes the missing expectation of every case that has none; never touches one that exists.
   *
   * @return the files written, relative to the project's folder
   * @throws IOException if a file cannot be read or written
   */
  public List<String> update() throws IOException {
    Mappings mappings = Mappings.open(project.mappings());
    List<String> written = new ArrayList<>();
    for (Path file : CheckMappings.walk(project.mappings())) {
      if (CheckMappings.isCaseInput(file)) {
        MappingCase each = MappingCase.of(project.mappings(), file);
        boolean expects =
            Files.exists(each.file(MappingCase.OUT)) || Files.exists(each.file(MappingCase.ERROR));
        if (!expects) {
          write(each, mappings, written);
        }
      }
    }
    return written;
  }

  private void write(MappingCase each, Mappings mappings, List<String> written) throws IOException {
    Path file;
    String text;
    try {
      JsonNode in = StrictJson.parse(Files.readString(each.file(MappingCase.IN)));
      text = StrictJson.writeIndented(each.run(mappings, in)) + "\n";
      file = each.file(MappingCase.OUT);
    } catch (Rejected rejected) {
      if (rejected.code().equals("MAP-010") || rejected.code().startsWith("WRK-")) {
        // The input is no input: the check says so, and there is nothing to expect of it.
        return;
      }
      text = rejected.reason().text() + " " + withoutCode(rejected) + "\n";
      file = each.file(MappingCase.ERROR);
    } catch (StartRefused brokenMapping) {
      return;
    }
    Files.writeString(file, text);
    written.add(project.shown(file));
  }

  private static String withoutCode(Rejected rejected) {
    return rejected.getMessage().substring(rejected.code().length() + 1);
  }
}
