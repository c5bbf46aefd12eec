package io.tallyline.workbench;

import java.util.List;
import java.util.TreeSet;

/** Writes the page that shows all pictures: a table for each area, then the flows themselves. */
final class FlowsPage {
  private FlowsPage() {}

  static String of(Flows flows) {
    StringBuilder page = new StringBuilder();
    page.append("# Flows\n\n<!-- ").append(DrawFlows.MARK);
    page.append(" from routes and routes/README.md. Do not edit. -->\n\n");
    page.append(
        "Every flow as a picture: what leads to it, its steps, its tables, where its results go.\n");
    page.append(
        "`./hub flows` draws them again after an edit of [the routes](../../routes/README.md).\n\n");
    page.append("## How the flows connect\n\n");
    page.append(
        "![From the outbox over the broker to the ledger, and what wakes whom](flows/overview.svg)\n");
    for (String area : new TreeSet<>(flows.all().stream().map(Flow::area).toList())) {
      area(page, area, flows.all().stream().filter(flow -> flow.area().equals(area)).toList());
    }
    return page.toString();
  }

  private static void area(StringBuilder page, String area, List<Flow> flows) {
    page.append("\n## ").append(area.isEmpty() ? "Others" : area).append("\n\n");
    page.append("| flow | from | does | role | file |\n|---|---|---|---|---|\n");
    for (Flow flow : flows) {
      FlowRow row = flow.row();
      page.append(
          "| [`%s`](#%s) | %s | %s | %s | [%s](../../%s) |\n"
              .formatted(
                  flow.id(), flow.id(), row.from(), row.does(), row.role(), "yaml", flow.file()));
    }
    for (Flow flow : flows) {
      page.append("\n### ").append(flow.id()).append("\n\n");
      page.append("![%s](flows/%s.svg)\n".formatted(alternative(flow), flow.name()));
    }
  }

  private static String alternative(Flow flow) {
    return (flow.id() + ": " + flow.description()).replaceAll("[\\[\\]\\\\]", " ");
  }
}
