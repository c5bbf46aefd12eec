package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.StrictJson;
import io.tallyline.workbench.JsonDifferences.Difference;
import io.tallyline.workbench.JsonPlaces.Place;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** Runs one case and says where its outcome differs from what is expected. */
final class CheckCase {
  private static final int SHOWN = 3;
  private static final String REVIEW =
      "Correct the mapping; or, if this is what you want, delete the expectation and run ./hub"
          + " check --update";

  private final Project project;
  private final Mappings mappings;
  private final Chart chart;
  private final Findings findings;

  CheckCase(Project project, Mappings mappings, Chart chart, Findings findings) {
    this.project = project;
    this.mappings = mappings;
    this.chart = chart;
    this.findings = findings;
  }

  void check(MappingCase each) {
    boolean out = Files.exists(each.file(MappingCase.OUT));
    boolean error = Files.exists(each.file(MappingCase.ERROR));
    String input = project.shown(each.file(MappingCase.IN));
    Optional<JsonNode> in = json(each, MappingCase.IN);
    if (out == error) {
      findings.add(
          input,
          0,
          0,
          "WRK-050",
          out ? "the case expects a result and an error" : "the case has no expectation",
          out ? "Delete one of both files" : "Run ./hub check --update and review what it writes");
    } else if (in.isPresent()) {
      try {
        if (out) {
          result(each, in.get());
        } else {
          error(each, in.get());
        }
      } catch (StartRefused brokenMapping) {
        // Reported at the mapping itself, once and not for every case.
        return;
      }
    }
  }

  private void result(MappingCase each, JsonNode in) {
    String shown = project.shown(each.file(MappingCase.OUT));
    Optional<JsonNode> expected = json(each, MappingCase.OUT);
    if (expected.isEmpty()) {
      return;
    }
    JsonPlaces places = places(each, MappingCase.OUT);
    accounts(shown, expected.get(), places);
    try {
      List<Difference> differences =
          JsonDifferences.between(expected.get(), each.run(mappings, in));
      if (!differences.isEmpty()) {
        StringBuilder what = new StringBuilder("the mapping gives another result: ");
        for (int i = 0; i < Math.min(SHOWN, differences.size()); i++) {
          what.append(i == 0 ? "" : "; ").append(differences.get(i).what());
        }
        if (differences.size() > SHOWN) {
          what.append("; and ").append(differences.size() - SHOWN).append(" more");
        }
        Place place = places.at(differences.get(0).pointer());
        findings.add(shown, place, "WRK-051", what.toString(), REVIEW);
      }
    } catch (Rejected rejected) {
      findings.add(
          shown,
          1,
          1,
          "WRK-051",
          "a result is expected, but it is rejected: " + told(rejected),
          REVIEW);
    }
  }

  private void error(MappingCase each, JsonNode in) {
    String shown = project.shown(each.file(MappingCase.ERROR));
    String expected =
        SourceText.read(each.file(MappingCase.ERROR), shown, findings).orElse("").strip();
    try {
      each.run(mappings, in);
      findings.add(
          shown, 1, 1, "WRK-051", "'" + expected + "' is expected, but there is a result", REVIEW);
    } catch (Rejected rejected) {
      String[] reasonAndWords = expected.split(" ", 2);
      boolean same =
          rejected.reason().text().equals(reasonAndWords[0])
              && (reasonAndWords.length < 2 || rejected.getMessage().contains(reasonAndWords[1]));
      if (!same) {
        findings.add(
            shown,
            1,
            1,
            "WRK-051",
            "'%s' is expected, but it is rejected for: %s".formatted(expected, told(rejected)),
            REVIEW);
      }
    }
  }

  static String told(Rejected rejected) {
    return rejected.reason().text() + " " + rejected.getMessage();
  }

  private void accounts(String shown, JsonNode expected, JsonPlaces places) {
    JsonNode lines = expected.path("lines");
    for (int i = 0; i < lines.size(); i++) {
      String account = lines.get(i).path("account").asText("");
      if (!account.isEmpty() && !chart.has(account)) {
        CheckMappings.unknownAccount(
            shown, places.at("/lines/" + i + "/account"), account, chart, findings);
      }
    }
  }

  private JsonPlaces places(MappingCase each, String suffix) {
    return JsonPlaces.of(
        SourceText.read(each.file(suffix), project.shown(each.file(suffix)), findings).orElse(""));
  }

  private Optional<JsonNode> json(MappingCase each, String suffix) {
    String shown = project.shown(each.file(suffix));
    Optional<String> text = SourceText.read(each.file(suffix), shown, findings);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(StrictJson.parse(text.get()));
    } catch (Rejected broken) {
      CheckMappings.notJson(shown, JsonPlaces.of(text.get()), broken, "WRK-052", findings);
      return Optional.empty();
    }
  }
}
