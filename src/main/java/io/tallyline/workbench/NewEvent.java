package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.PostingDraft;
import io.tallyline.mapping.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The files of a new event type as a start: schemas, mappings, cases, and a line in each route
 * file. What it writes is right as it stands and carries one amount, from which an engineer goes
 * on.
 */
public final class NewEvent {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final int LONGEST_NAME = 60;
  private static final String MODULE = "inventory";
  private static final String RELAY = "inventory/relay-outbox" + RouteFiles.SUFFIX;
  private static final String POSTING = "finance/post-journals" + RouteFiles.SUFFIX;

  private final Path routes;
  private final Path mappings;
  private final String event;
  private final String debit;
  private final String credit;
  private final List<String> written = new ArrayList<>();

  /**
   * @param event kebab-case name, for example {@code scrap-recorded}
   * @param debit account that the amount is debited to
   * @param credit account that the amount is credited to
   * @throws StartRefused WRK-320 if the module or the name cannot be
   */
  public NewEvent(
      Path routes, Path mappings, String module, String event, String debit, String credit) {
    if (!module.equals(MODULE)) {
      throw new StartRefused(
          "WRK-320",
          "'%s' records no events that the hub relays; the module is %s."
              .formatted(module, MODULE));
    }
    if (!NAME.matcher(event).matches() || event.length() > LONGEST_NAME) {
      throw new StartRefused(
          "WRK-320",
          "'%s' is no name of an event; write it in the past and in kebab-case, like scrap-recorded."
              .formatted(event));
    }
    this.routes = routes;
    this.mappings = mappings;
    this.event = event;
    this.debit = debit;
    this.credit = credit;
  }

  /** {@code ScrapRecorded}, as it stands in the outbox. */
  public String eventType() {
    StringBuilder type = new StringBuilder();
    for (String word : event.split("-")) {
      type.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    return type.toString();
  }

  /**
   * Writes everything, or nothing where something is there already.
   *
   * @return the files written or changed, relative to the project
   * @throws StartRefused WRK-321 if the event exists or a route file has no table
   */
  public List<String> write() throws IOException {
    String relay = withLine(RELAY, "events", eventType(), "inventory/" + event + "/v1");
    String posting =
        withLine(
            POSTING,
            "postings",
            "inventory." + event + ".v1",
            "finance/" + event + "/v1/journal.jslt");
    for (String folder : List.of("inventory/" + event, "finance/" + event)) {
      if (Files.exists(mappings.resolve(folder))) {
        throw new StartRefused(
            "WRK-321",
            "mappings/%s is there already; choose another name, or edit that one."
                .formatted(folder));
      }
    }
    for (Map.Entry<String, String> file : templates().entrySet()) {
      save(mappings.resolve(file.getKey()), "mappings/" + file.getKey(), file.getValue());
    }
    writeExpectations();
    save(routes.resolve(RELAY), "routes/" + RELAY, relay);
    save(routes.resolve(POSTING), "routes/" + POSTING, posting);
    return List.copyOf(written);
  }

  private Map<String, String> templates() throws IOException {
    String in = "inventory/" + event + "/";
    Map<String, String> files = new LinkedHashMap<>();
    files.put(in + "event.schema.json", template("event.schema.json"));
    files.put(in + "v1/message.schema.json", template("message.schema.json"));
    files.put(in + "v1/message.jslt", template("message.jslt"));
    files.put(in + "v1/totals.jslt", template("totals.jslt"));
    files.put(in + "v1/cases/two-lines.in.json", template("event.in.json"));
    files.put("finance/" + event + "/v1/journal.jslt", template("journal.jslt"));
    return files;
  }

  private String template(String name) throws IOException {
    try (InputStream in = NewEvent.class.getResourceAsStream("/scaffold/" + name)) {
      String text =
          new String(java.util.Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      String words = event.replace('-', ' ');
      return text.replace("@event@", event)
          .replace("@Type@", eventType())
          .replace("@Words@", Character.toUpperCase(words.charAt(0)) + words.substring(1))
          .replace("@debit@", debit)
          .replace("@credit@", credit);
    }
  }

  /** What the new mappings make of the new case, for the engineer to review. */
  private void writeExpectations() throws IOException {
    Path in = mappings.resolve("inventory/" + event + "/v1/cases/two-lines.in.json");
    try {
      JsonNode row = StrictJson.parse(Files.readString(in));
      Mappings files = Mappings.open(mappings);
      byte[] body =
          files
              .translation("inventory/" + event + "/v1")
              .translate(row.get("payload"), Instant.parse(row.get("occurred_at").asText()));
      JsonNode message = StrictJson.parse(body, Names.LARGEST_BODY_BYTES);
      String text = StrictJson.writeIndented(message) + "\n";
      PostingDraft journal = files.posting("finance/" + event + "/v1/journal.jslt").apply(message);
      String inCases = "inventory/" + event + "/v1/cases/two-lines";
      String outCases = "finance/" + event + "/v1/cases/one-amount";
      saveCase(inCases + ".out.json", text);
      saveCase(outCases + ".in.json", text);
      saveCase(outCases + ".out.json", StrictJson.writeIndented(journal.tree()) + "\n");
    } catch (Rejected broken) {
      throw new IllegalStateException("the scaffold is wrong: " + broken.getMessage(), broken);
    }
  }

  private void saveCase(String file, String text) throws IOException {
    save(mappings.resolve(file), "mappings/" + file, text);
  }

  private void save(Path file, String shown, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    written.add(shown);
  }

  /** The route file with one more line at the end of its table, arrows aligned. */
  private String withLine(String file, String property, String left, String right)
      throws IOException {
    List<String> lines = new ArrayList<>(Files.readString(routes.resolve(file)).lines().toList());
    int name = indexOf(lines, 0, "name: " + property);
    int table = name < 0 ? -1 : indexOf(lines, name, "expression: |");
    int last = table;
    for (int i = table + 1; table >= 0 && i < lines.size(); i++) {
      if (lines.get(i).isBlank() || indent(lines.get(i)) <= indent(lines.get(table))) {
        break;
      }
      if (lines.get(i).strip().startsWith(left + " ")) {
        throw new StartRefused(
            "WRK-321", "routes/%s names %s already, line %d.".formatted(file, left, i + 1));
      }
      last = i;
    }
    if (table < 0 || last == table) {
      throw new StartRefused(
          "WRK-321",
          "routes/%s has no table in a property '%s' to add a line to.".formatted(file, property));
    }
    int arrow =
        Math.max(lines.get(last).indexOf("->"), indent(lines.get(last)) + left.length() + 1);
    String begin = " ".repeat(indent(lines.get(last))) + left;
    lines.add(last + 1, begin + " ".repeat(arrow - begin.length()) + "-> " + right);
    return String.join("\n", lines) + "\n";
  }

  private static int indexOf(List<String> lines, int from, String text) {
    for (int i = from; i < lines.size(); i++) {
      if (lines.get(i).strip().equals(text)) {
        return i;
      }
    }
    return -1;
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }
}
