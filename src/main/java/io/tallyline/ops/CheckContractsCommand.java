package io.tallyline.ops;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.StartRefused;
import io.tallyline.workbench.CheckContracts;
import io.tallyline.workbench.CheckStoredMessages;
import io.tallyline.workbench.ComparedSchema;
import io.tallyline.workbench.ContractsReport;
import io.tallyline.workbench.EventTables;
import io.tallyline.workbench.Finding;
import io.tallyline.workbench.MessagesFile;
import io.tallyline.workbench.SchemaChange;
import io.tallyline.workbench.StoredMessagesReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** {@code ./hub check contracts}: no version may break who relies on it. */
@Command(
    name = "contracts",
    mixinStandardHelpOptions = true,
    description = {
      "Compare every schema with its released copy in mappings/released, and refuse a change that"
          + " would break a producer or a consumer of the same version. Needs no server."
    },
    footer = {
      "",
      "A line of the file of messages is one of",
      "  {\"routing_key\": \"inventory.sales-transaction-created.v1\", \"body\": {...}}",
      "  {\"event_type\": \"SalesTransactionCreated\", \"payload\": {...}}   as ./hub load reads it",
      "  {...}   a body alone, if --routing-key says what all lines are",
      "",
      "Exit status: 0 nothing breaks, 1 something would, 2 a file or option is wrong."
    })
final class CheckContractsCommand implements Callable<Integer> {
  private static final int MOST_FINDINGS = 50;

  @Option(names = "--json", description = "print the result as JSON")
  private boolean json;

  @Option(
      names = "--release",
      description = "if nothing is refused, keep what is new or changed as released")
  private boolean release;

  @Option(
      names = "--messages",
      paramLabel = "FILE",
      description = "also check stored messages, one JSON object a line; .gz too")
  private @Nullable Path messages;

  @Option(
      names = "--routing-key",
      paramLabel = "KEY",
      description = "what the lines of FILE are, if they are bodies alone")
  private @Nullable String routingKey;

  @Unmatched private List<String> settings = new ArrayList<>();

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (routingKey != null && messages == null) {
      throw new StartRefused("OPS-070", "--routing-key says what --messages FILE holds; name one.");
    }
    Environment environment = ToolEnvironment.atOnce(Settings.of(settings));
    Path folder = directory(environment, "mappings");
    CheckContracts gate = CheckContracts.in(folder);
    ContractsReport report = gate.compare();
    StoredMessagesReport stored = stored(environment, folder, report);
    boolean fine = !report.refused() && (stored == null || stored.refusedInAll() == 0);
    List<String> written = release && fine ? gate.release(report) : List.of();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(tree(report, stored, written).toPrettyString());
    } else {
      text(report, stored, written).forEach(out::println);
    }
    out.flush();
    return fine ? Hub.DONE : Hub.NOT_AS_IT_SHOULD_BE;
  }

  private static Path directory(Environment environment, String name) {
    return Path.of(environment.getProperty("hub." + name + "-directory", name));
  }

  private @Nullable StoredMessagesReport stored(
      Environment environment, Path folder, ContractsReport report) throws IOException {
    if (messages == null) {
      return null;
    }
    EventTables tables = EventTables.in(directory(environment, "routes"));
    try (MessagesFile file = MessagesFile.open(messages, routingKey)) {
      return new CheckStoredMessages(folder, tables, report).check(file);
    }
  }

  private List<String> text(
      ContractsReport report, @Nullable StoredMessagesReport stored, List<String> written) {
    List<String> lines = new ArrayList<>();
    TextTable table = new TextTable("Contract", "Standing");
    for (ComparedSchema schema : report.schemas()) {
      table.row(schema.schema().name(), schema.standing().inWords());
    }
    lines.addAll(table.lines());
    lines.add("");
    for (ComparedSchema schema : report.schemas()) {
      for (SchemaChange change : schema.changes()) {
        if (!change.refused()) {
          lines.add(
              "Note: %s at %s: %s -> %s: compatible; %s."
                  .formatted(
                      schema.schema().name(),
                      change.place().path(),
                      change.before(),
                      change.after(),
                      change.remark()));
        }
      }
    }
    report.findings().stream().limit(MOST_FINDINGS).map(Finding::toString).forEach(lines::add);
    if (report.findings().size() > MOST_FINDINGS) {
      lines.add("... and %d more.".formatted(report.findings().size() - MOST_FINDINGS));
    }
    if (stored != null) {
      lines.addAll(text(stored));
    }
    written.forEach(file -> lines.add("Released: mappings/" + file));
    lines.add(sentence(report, written));
    return lines;
  }

  private static List<String> text(StoredMessagesReport stored) {
    List<String> lines = new ArrayList<>();
    TextTable table = new TextTable("Stored messages", "checked", "would fail");
    stored
        .checked()
        .forEach(
            (name, count) ->
                table.row(name, number(count), number(stored.refused().getOrDefault(name, 0L))));
    lines.addAll(table.lines());
    lines.add("");
    for (StoredMessagesReport.Refusal refusal : stored.first()) {
      lines.add("%s (%s): %s".formatted(refusal.place(), refusal.name(), refusal.error()));
    }
    long more = stored.refusedInAll() - stored.first().size();
    if (more > 0) {
      lines.add("... and %s more.".formatted(number(more)));
    }
    lines.add(
        "%s of %s stored messages would fail."
            .formatted(number(stored.refusedInAll()), number(stored.checkedInAll())));
    return lines;
  }

  private static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private String sentence(ContractsReport report, List<String> written) {
    if (report.refused()) {
      return "%d change(s) would break who relies on these contracts.%s"
          .formatted(report.findings().size(), release ? " Nothing was released." : "");
    }
    long unreleased =
        report.schemas().stream()
            .filter(schema -> schema.standing() != ComparedSchema.Standing.AS_RELEASED)
            .count();
    return "Every released contract is kept.%s"
        .formatted(
            unreleased > 0 && written.isEmpty()
                ? " Not yet released: %d; ./hub check contracts --release.".formatted(unreleased)
                : "");
  }

  private static ObjectNode tree(
      ContractsReport report, @Nullable StoredMessagesReport stored, List<String> written) {
    ObjectNode tree = new JsonMapper().createObjectNode();
    ArrayNode contracts = tree.putArray("contracts");
    for (ComparedSchema schema : report.schemas()) {
      ObjectNode one = contracts.addObject();
      one.put("name", schema.schema().name());
      one.put("file", "mappings/" + schema.schema().file());
      one.put("standing", schema.standing().inWords());
      ArrayNode changes = one.putArray("changes");
      for (SchemaChange change : schema.changes()) {
        ObjectNode shown = changes.addObject();
        shown.put("path", change.place().path());
        shown.put("released", change.before());
        shown.put("now", change.after());
        shown.put("verdict", change.verdict());
        shown.put("remark", change.remark());
      }
    }
    ArrayNode findings = tree.putArray("findings");
    report.findings().forEach(findings::addPOJO);
    if (stored != null) {
      tree.putPOJO("messages", stored);
    }
    written.forEach(tree.putArray("released")::add);
    return tree;
  }
}
