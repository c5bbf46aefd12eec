package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.MessageVersions;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.finance.Journal;
import io.tallyline.finance.JournalLine;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.PostingDraft;
import io.tallyline.mapping.StrictJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/**
 * A case beside a mapping: an input, and what must come of it.
 *
 * @param root the mappings folder
 * @param folder of the mapping, for example {@code inventory/sales-transaction-created/v1}
 * @param upcast whether it is a case of upcast.jslt: a message of the version before becomes one
 * @param situation the case's name
 */
public record MappingCase(Path root, String folder, boolean upcast, String situation) {
  static final String CASES = "cases";
  static final String UPCAST_CASES = "upcast-cases";
  static final String IN = ".in.json";
  static final String OUT = ".out.json";
  static final String ERROR = ".error.txt";

  /**
   * @param input a file {@code …/cases/<situation>.in.json}
   */
  public static MappingCase of(Path root, Path input) {
    String name = input.getFileName().toString();
    Path folder = input.getParent().getParent();
    return new MappingCase(
        root,
        Project.slashes(root.relativize(folder)),
        input.getParent().getFileName().toString().equals(UPCAST_CASES),
        name.substring(0, name.length() - IN.length()));
  }

  /** The case's file of one kind; it need not exist. */
  public Path file(String suffix) {
    return root.resolve(folder).resolve(upcast ? UPCAST_CASES : CASES).resolve(situation + suffix);
  }

  /**
   * What the mapping makes of an input: a message, or a journal without its zero lines.
   *
   * @throws Rejected as the hub would dead-letter it
   * @throws StartRefused if the mapping itself is broken
   */
  public JsonNode run(Mappings mappings, JsonNode in) throws Rejected {
    if (upcast) {
      MessageType type = MessageType.ofFolder(folder);
      MessageType before = new MessageType(type.module(), type.event(), type.version() - 1);
      MessageVersions step = new MessageVersions(List.of(before, type));
      return mappings.understood(step).read(before.version(), in).body();
    }
    if (Files.exists(root.resolve(folder).resolve("message.jslt"))) {
      byte[] body =
          mappings.translation(folder).translate(in.path("payload"), moment(in).toInstant());
      return StrictJson.parse(body, Names.LARGEST_BODY_BYTES);
    }
    mappings.contract(messageFolder()).check(in);
    PostingDraft draft = mappings.posting(folder + "/journal.jslt").apply(in);
    journal(draft);
    return draft.tree();
  }

  private static OffsetDateTime moment(JsonNode in) throws Rejected {
    try {
      return OffsetDateTime.parse(in.path("occurred_at").asText(""));
    } catch (DateTimeException wrong) {
      throw new Rejected(
          Reason.SCHEMA,
          "WRK-052",
          "the input has no occurred_at with date, time and offset; add it beside payload");
    }
  }

  /** The message that a posting reads has the same event and version in another module. */
  private String messageFolder() {
    String rest = folder.substring(folder.indexOf('/'));
    for (String module : CheckMappings.names(root)) {
      if (Files.exists(root.resolve(module + rest).resolve("message.schema.json"))) {
        return module + rest;
      }
    }
    return "inventory" + rest;
  }

  /**
   * As the ledger would take it.
   *
   * @throws Rejected FIN-001 to FIN-003 if debits and credits differ or an amount does not fit
   */
  static Journal journal(PostingDraft draft) throws Rejected {
    try {
      List<JournalLine> lines =
          draft.lines().stream()
              .map(
                  line ->
                      new JournalLine(
                          line.account(), line.debit(), line.credit(), line.description()))
              .toList();
      return new Journal(
          "Inventory",
          draft.reference(),
          draft.date().atZone(ZoneOffset.UTC).toLocalDate(),
          draft.description(),
          draft.currency(),
          new UUID(0, 0),
          "",
          1,
          null,
          new Journal.Content(""),
          lines);
    } catch (IllegalArgumentException refused) {
      String said = refused.getMessage();
      throw new Rejected(Reason.EXHAUSTED, said.substring(0, 7), said.substring(8));
    }
  }
}
