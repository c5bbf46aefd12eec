package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Parts of the desk's answers as lines that fit a terminal. */
final class DeskText {
  private static final int WIDTH = 96;

  private DeskText() {}

  /** To the second. */
  static String time(JsonNode time) {
    return time.isTextual() ? time.asText().replaceFirst("[.][0-9]+Z$", "Z") : "-";
  }

  static String cut(String text, int most) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= most ? line : line.substring(0, most - 3) + "...";
  }

  static String amount(JsonNode amount) {
    return amount.isNumber() ? amount.decimalValue().toPlainString() : amount.asText("-");
  }

  /** With what is behind the first page. */
  static List<String> page(JsonNode page, TextTable table) {
    if (page.path("items").isEmpty()) {
      return List.of("There are none.");
    }
    List<String> lines = new ArrayList<>(table.lines());
    if (page.hasNonNull("next")) {
      lines.add("");
      lines.add("There are more: --limit, or --before with the last number.");
    }
    return lines;
  }

  /** Fields one below the other; those that are missing are left out. */
  static List<String> fields(JsonNode of, String... names) {
    List<String> lines = new ArrayList<>();
    for (String name : names) {
      JsonNode value = of.path(name);
      if (!value.isMissingNode() && !value.isNull() && !value.asText("x").isEmpty()) {
        String text = value.isValueNode() ? value.asText() : value.toString();
        lines.add("%-16s %s".formatted(name, cut(text, WIDTH - 17)));
      }
    }
    return lines;
  }

  /** Sums per account and currency. */
  static List<String> accounts(JsonNode sums) {
    if (sums.isEmpty()) {
      return List.of();
    }
    TextTable table = new TextTable("account", "currency", "debit", "credit");
    sums.forEach(
        sum ->
            table.row(
                sum.path("account").asText(),
                sum.path("currency").asText(),
                amount(sum.path("debit")),
                amount(sum.path("credit"))));
    return table.lines();
  }

  /** What a retry of many would post. */
  static List<String> value(JsonNode value) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s messages: %s would post a journal, %s are recorded already, %s would fail again."
            .formatted(
                value.path("letters").asText(),
                value.path("wouldPost").asText(),
                value.path("recorded").asText(),
                value.path("wouldFail").asText()));
    if (value.path("unknown").asLong() > 0) {
      lines.add("Of %s no journal can be worked out.".formatted(value.path("unknown").asText()));
    }
    if (value.path("cut").asBoolean()) {
      lines.add("Only %s of them were looked at.".formatted(value.path("looked").asText()));
    }
    lines.addAll(accounts(value.path("accounts")));
    return lines;
  }

  /** What a dry run found. */
  static List<String> dryRun(JsonNode summary) {
    List<String> lines = new ArrayList<>();
    JsonNode outcomes = summary.path("outcomes");
    lines.add(
        "%s events: %s would write a journal, %s have theirs, %s differ, %s rejected, %s superseded."
            .formatted(
                summary.path("events").asText(),
                outcomes.path("write").asText(),
                outcomes.path("exists").asText(),
                outcomes.path("differs").asText(),
                outcomes.path("rejected").asText(),
                outcomes.path("superseded").asText()));
    if (summary.path("cut").asBoolean()) {
      lines.add("There are more; only these were looked at (hub.replay.dry-run-most).");
    }
    lines.addAll(accounts(summary.path("totals")));
    return lines;
  }

  /** What the retry of one message would post. */
  static List<String> preview(JsonNode preview) {
    if (preview.hasNonNull("rejected")) {
      return List.of("It would fail again: " + preview.path("rejected").asText());
    }
    JsonNode journal = preview.path("journal");
    if (!journal.isObject()) {
      return List.of("It is sent where it failed; no journal can be worked out.");
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "It would post 1 journal of %s in %s, transaction %s:"
            .formatted(
                journal.path("date").asText(),
                journal.path("currency").asText(),
                journal.path("transaction").asText()));
    TextTable table = new TextTable("account", "debit", "credit");
    journal
        .path("lines")
        .forEach(
            line ->
                table.row(
                    line.path("account").asText(),
                    amount(line.path("debit")),
                    amount(line.path("credit"))));
    lines.addAll(table.lines());
    if (preview.path("recorded").asBoolean()) {
      lines.add("The ledger has it already, so nothing would be written.");
    } else if (preview.path("conflicts").asBoolean()) {
      lines.add("The ledger has this transaction with other content: it would fail again.");
    } else if (!preview.path("unknownAccounts").isEmpty()) {
      lines.add(
          "It would fail again: the ledger does not have the accounts %s."
              .formatted(preview.path("unknownAccounts")));
    }
    return lines;
  }
}
