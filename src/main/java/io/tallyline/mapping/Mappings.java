package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.MessageVersions;
import io.tallyline.contracts.StartRefused;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Every mapping and schema below one folder, compiled on first use and kept. Thread-safe. To read
 * changed files, open the folder again.
 */
public final class Mappings {
  private static final String JOURNAL_SHAPE = "finance/journal.schema.json";

  private final MappingFiles files;
  private final Schemas schemas;
  private final ConcurrentMap<String, MessageContract> contracts = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, MessageTranslation> translations = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Posting> postings = new ConcurrentHashMap<>();

  private Mappings(MappingFiles files) {
    this.files = files;
    this.schemas = new Schemas(files);
  }

  /**
   * @param root the folder {@code mappings}
   * @throws StartRefused MAP-001 if there is no such folder
   */
  public static Mappings open(Path root) {
    return new Mappings(new MappingFiles(root));
  }

  /**
   * The publisher's side of one message version.
   *
   * @param folder for example {@code inventory/sales-transaction-created/v1}
   * @throws StartRefused MAP-002 to MAP-005, naming the file and where known line and column
   */
  public MessageTranslation translation(String folder) {
    return translations.computeIfAbsent(folder, this::compileTranslation);
  }

  /** The consumer's side of the same folder; throws as {@link #translation}. */
  public MessageContract contract(String folder) {
    return contracts.computeIfAbsent(folder, this::compileContract);
  }

  /**
   * The consumer's side of one event in several versions. Every version between the lowest and the
   * highest needs its folder, and all but the lowest their {@code upcast.jslt}.
   *
   * @throws StartRefused as {@link #translation}
   */
  public UnderstoodVersions understood(MessageVersions versions) {
    MessageType highest = versions.highest();
    Map<Integer, MessageContract> contractsOf = new HashMap<>();
    Map<Integer, Mapping> upcasts = new HashMap<>();
    int lowest = versions.numbers().first();
    for (int version = lowest; version <= highest.version(); version++) {
      String folder = new MessageType(highest.module(), highest.event(), version).folder();
      contractsOf.put(version, contract(folder));
      if (version > lowest) {
        upcasts.put(version, mapping(folder + "/upcast.jslt"));
      }
    }
    return new UnderstoodVersions(versions, contractsOf, upcasts);
  }

  /**
   * How a message becomes a journal.
   *
   * @param file for example {@code finance/sales-transaction-created/v1/journal.jslt}
   * @throws StartRefused as {@link #translation}
   */
  public Posting posting(String file) {
    return postings.computeIfAbsent(
        file, path -> new Posting(mapping(path), schemas.compile(JOURNAL_SHAPE)));
  }

  /**
   * A schema with every {@code $ref} replaced by what it refers to; the caller's own copy.
   *
   * @param file for example {@code inventory/sales-transaction-created/event.schema.json}
   * @throws StartRefused MAP-002 or MAP-005, naming the file
   */
  public JsonNode schema(String file) {
    return schemas.compile(file).source().deepCopy();
  }

  private MessageTranslation compileTranslation(String folder) {
    MessageType type = typeOf(folder);
    String event = type.module() + "/" + type.event() + "/event.schema.json";
    return new MessageTranslation(
        schemas.compile(event), mapping(folder + "/message.jslt"), contract(folder));
  }

  private MessageContract compileContract(String folder) {
    return new MessageContract(
        typeOf(folder),
        schemas.compile(folder + "/message.schema.json"),
        mapping(folder + "/totals.jslt"));
  }

  private Mapping mapping(String file) {
    return Mapping.compile(file, files.read(file));
  }

  private static MessageType typeOf(String folder) {
    try {
      return MessageType.ofFolder(folder);
    } catch (IllegalArgumentException wrong) {
      throw new StartRefused(
          "MAP-002", "the mapping folder " + Shown.text(wrong.getMessage(), 300), wrong);
    }
  }
}
