package io.tallyline.ops;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.PostingDraft;
import io.tallyline.mapping.StrictJson;
import io.tallyline.workbench.Preview;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** {@code ./hub preview FILE}: what an event would become, without writing anything. */
@Command(
    name = "preview",
    mixinStandardHelpOptions = true,
    description = {
      "Show the messages and the journal that an event would become. Needs no server and writes"
          + " nothing."
    },
    footer = {
      "",
      "FILE holds an outbox row as in './hub load' (event_type, payload), or a domain event alone.",
      "Exit status: 0 it would be posted, 1 it would be a dead letter, 2 a file is wrong."
    })
final class PreviewCommand implements Callable<Integer> {
  private static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);

  @Parameters(paramLabel = "FILE", description = "the event as JSON; - reads standard input")
  private String file = "";

  @Option(names = "--type", paramLabel = "TYPE", description = "event type of a domain event alone")
  private @Nullable String type;

  @Option(names = "--json", description = "for scripts")
  private boolean json;

  @Unmatched private List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    Environment environment = ToolEnvironment.of(Settings.of(settings));
    Preview.Files files =
        new Preview.Files(
            Path.of(environment.getRequiredProperty("hub.routes-directory")),
            Path.of(environment.getRequiredProperty("hub.mappings-directory")));
    try {
      Preview preview = files.of(StrictJson.parse(read(), Names.LARGEST_MESSAGE_BYTES), type);
      if (json) {
        System.out.println(StrictJson.writeIndented(tree(preview)));
      } else {
        show(preview);
      }
      return Hub.DONE;
    } catch (Rejected rejected) {
      if (json) {
        System.out.println(StrictJson.writeIndented(tree(rejected)));
      } else {
        System.out.printf(
            "It would be a dead letter (%s):%n  %s%n",
            rejected.reason().text(), rejected.getMessage());
      }
      return Hub.NOT_AS_IT_SHOULD_BE;
    }
  }

  private byte[] read() throws IOException {
    try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
      return in.readNBytes(Names.LARGEST_MESSAGE_BYTES + 1);
    } catch (IOException unreadable) {
      throw new StartRefused("OPS-040", "the file %s cannot be read.".formatted(file), unreadable);
    }
  }

  private static void show(Preview preview) {
    for (Preview.Message message : preview.messages()) {
      System.out.printf("%s would be published as %s%n%n", preview.eventType(), message.type());
      System.out.println(StrictJson.writeIndented(message.body()));
      System.out.println();
    }
    Preview.Posted posted = preview.posted();
    if (posted == null) {
      System.out.println("No line of finance's table reads it: nothing would be posted.");
      return;
    }
    PostingDraft journal = posted.journal();
    String upcast =
        posted.from().equals(posted.readAs())
            ? ""
            : " (v%d brought up to v%d)"
                .formatted(posted.from().version(), posted.readAs().version());
    System.out.printf(
        "and posted%s as: %s, %s, %s%n%n",
        upcast,
        journal.description(),
        journal.date().atZone(java.time.ZoneOffset.UTC).toLocalDate(),
        journal.currency());
    if (journal.lines().isEmpty()) {
      System.out.println("  no journal: every amount is zero; it is recorded as seen.");
      return;
    }
    TextTable table = new TextTable("Account", "debit", "credit");
    for (PostingDraft.Line line : journal.lines()) {
      table.row(
          (line.account() + " " + line.description()).strip(),
          amount(line.debit()),
          amount(line.credit()));
    }
    table.row("Total", amount(posted.totalDebit()), amount(posted.totalCredit()));
    table.lines().forEach(System.out::println);
  }

  private static String amount(BigDecimal amount) {
    return amount.signum() == 0 ? "" : String.format(Locale.ROOT, "%,.4f", amount);
  }

  private static ObjectNode tree(Preview preview) {
    ObjectNode tree = JSON.objectNode();
    tree.put("eventType", preview.eventType());
    ArrayNode messages = tree.putArray("messages");
    for (Preview.Message message : preview.messages()) {
      ObjectNode one = messages.addObject();
      one.put("routingKey", message.type().routingKey());
      one.set("body", message.body());
    }
    Preview.Posted posted = preview.posted();
    if (posted == null) {
      tree.putNull("journal");
      return tree;
    }
    ObjectNode journal = tree.putObject("journal");
    journal.put("from", posted.from().routingKey());
    journal.put("reference", posted.journal().reference());
    journal.put("date", posted.journal().date().toString().substring(0, 10));
    journal.put("currency", posted.journal().currency());
    journal.put("description", posted.journal().description());
    ArrayNode lines = journal.putArray("lines");
    for (PostingDraft.Line line : posted.journal().lines()) {
      lines
          .addObject()
          .put("account", line.account())
          .put("debit", line.debit())
          .put("credit", line.credit())
          .put("description", line.description());
    }
    return tree;
  }

  private static ObjectNode tree(Rejected rejected) {
    ObjectNode tree = JSON.objectNode();
    tree.putObject("deadLetter")
        .put("reason", rejected.reason().text())
        .put("error", rejected.getMessage());
    return tree;
  }
}
