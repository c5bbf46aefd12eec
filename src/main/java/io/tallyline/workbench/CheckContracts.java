package io.tallyline.workbench;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.Mappings;
import io.tallyline.workbench.ComparedSchema.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The compatibility gate: what was released keeps its promises within its major version. Released
 * copies stand below {@code mappings/released}, without references, so that no shared file can
 * change one of them unseen.
 */
public final class CheckContracts {
  private static final ObjectWriter JSON =
      new JsonMapper()
          .writer(
              new DefaultPrettyPrinter()
                  .withSeparators(
                      Separators.createDefaultInstance()
                          .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
                  .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                  .withArrayIndenter(new DefaultIndenter("  ", "\n")));

  private final Path root;
  private final Mappings mappings;
  private final Set<ContractSchema> current;
  private final Set<ContractSchema> released;
  private final SchemaSources sources;

  private CheckContracts(Path root) {
    this.mappings = Mappings.open(root);
    this.root = root;
    this.current = schemas(root);
    this.released = schemas(root.resolve(ContractSchema.RELEASED));
    this.sources = new SchemaSources(root);
  }

  /**
   * @param mappings the folder {@code mappings}, as it is now
   * @throws StartRefused MAP-001 if there is no such folder
   */
  public static CheckContracts in(Path mappings) {
    return new CheckContracts(mappings);
  }

  private static Set<ContractSchema> schemas(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.walk(folder, 4)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .flatMap(file -> ContractSchema.of(file).stream())
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException unreadable) {
      throw new StartRefused(
          "WRK-206", "the folder " + folder + " cannot be read; check its rights", unreadable);
    }
  }

  /**
   * Compares every schema with its released copy.
   *
   * @throws StartRefused MAP-002 or MAP-005 if a file is no schema
   */
  public ContractsReport compare() {
    Set<ContractSchema> all = new TreeSet<>(current);
    all.addAll(released);
    List<ComparedSchema> compared = all.stream().map(this::compare).toList();
    List<Finding> findings =
        compared.stream()
            .filter(ComparedSchema::refused)
            .flatMap(schema -> findings(schema).stream())
            .sorted()
            .toList();
    return new ContractsReport(compared, findings);
  }

  private ComparedSchema compare(ContractSchema schema) {
    if (!current.contains(schema)) {
      return new ComparedSchema(schema, Standing.GONE, List.of());
    }
    JsonNode now = mappings.schema(schema.file());
    if (!released.contains(schema)) {
      return new ComparedSchema(schema, Standing.NEW, List.of());
    }
    JsonNode before = mappings.schema(schema.releasedFile());
    List<SchemaChange> changes = CompareSchemas.compare(before, now, schema.kind());
    if (changes.stream().anyMatch(SchemaChange::refused)) {
      return new ComparedSchema(schema, Standing.REFUSED, changes);
    }
    return new ComparedSchema(
        schema, now.equals(before) ? Standing.AS_RELEASED : Standing.COMPATIBLE, changes);
  }

  private List<Finding> findings(ComparedSchema compared) {
    ContractSchema schema = compared.schema();
    if (compared.standing() == Standing.GONE) {
      return List.of(
          new Finding(
              "mappings/" + schema.releasedFile(),
              0,
              0,
              "WRK-204",
              "%s was released, but mappings/%s is not there"
                  .formatted(schema.name(), schema.file()),
              "Put it back; if nobody sends or reads this version any more, remove its released copy"
                  + " too"));
    }
    return compared.changes().stream()
        .filter(SchemaChange::refused)
        .map(change -> finding(schema, change))
        .toList();
  }

  private Finding finding(ContractSchema schema, SchemaChange change) {
    SchemaSources.Place place = sources.find(schema.file(), change.place().pointer());
    String what =
        "%s at %s: released with '%s', now '%s': %s%s%s"
            .formatted(
                schema.name(),
                change.place().path(),
                change.before(),
                change.after(),
                change.verdict(),
                change.remark().isEmpty() ? "" : "; " + change.remark(),
                place.by().isEmpty() ? "" : "; the rule stands at " + place.by());
    return new Finding(
        "mappings/" + schema.file(),
        place.line(),
        place.column(),
        code(change.breaks()),
        what,
        wayOut(schema));
  }

  private static String code(Set<Breaks> breaks) {
    if (breaks.contains(Breaks.UNKNOWN)) {
      return "WRK-203";
    }
    return breaks.equals(Set.of(Breaks.CONTENT_HASH)) ? "WRK-202" : "WRK-201";
  }

  private String wayOut(ContractSchema schema) {
    if (schema.kind() == SchemaKind.DOMAIN_EVENT) {
      return "Go on accepting what was accepted and add what is new as optional; or record a new"
          + " event type, with a folder of its own";
    }
    int next = schema.version() + 1;
    while (released.contains(new ContractSchema(schema.module(), schema.event(), next))) {
      next++;
    }
    return "Keep v%d as it was released and make the change in mappings/%s/v%d/"
        .formatted(schema.version(), schema.folder(), next);
  }

  /**
   * Writes a released copy of everything that is new or has changed compatibly.
   *
   * @param report of {@link #compare}, without a finding
   * @return the files written, below the mappings folder
   */
  public List<String> release(ContractsReport report) {
    if (report.refused()) {
      throw new IllegalArgumentException("nothing is released while a change is refused");
    }
    List<String> written = new ArrayList<>();
    for (ComparedSchema compared : report.schemas()) {
      if (compared.unreleased()) {
        write(compared.schema());
        written.add(compared.schema().releasedFile());
      }
    }
    return written;
  }

  private void write(ContractSchema schema) {
    Path file = root.resolve(schema.releasedFile());
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, JSON.writeValueAsString(mappings.schema(schema.file())) + "\n");
    } catch (IOException unwritable) {
      throw new StartRefused(
          "WRK-205",
          "the released copy " + file + " cannot be written; check the folder's rights",
          unwritable);
    }
  }
}
