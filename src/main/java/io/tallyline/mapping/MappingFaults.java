package io.tallyline.mapping;

import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Everything that is wrong with one mapping or schema, where the start of the hub names only the
 * first thing. The codes are the same.
 */
public final class MappingFaults {
  private static final Pattern PLACE =
      Pattern.compile(":(\\d+):(\\d+) |at line (\\d+), column (\\d+)");

  /**
   * @param code MAP-002 to MAP-005
   * @param file relative to the mappings folder
   * @param line from 1; 0 if only the pointer is known
   * @param column from 1; 0 if unknown
   * @param pointer into a schema's JSON; empty for the whole
   */
  public record Fault(
      String code, String file, int line, int column, String pointer, String what) {}

  private final MappingFiles files;
  private final Schemas schemas;

  private MappingFaults(Path root) {
    this.files = new MappingFiles(root);
    this.schemas = new Schemas(files);
  }

  /**
   * @param root the folder {@code mappings}
   * @throws StartRefused MAP-001 if there is no such folder
   */
  public static MappingFaults in(Path root) {
    return new MappingFaults(root);
  }

  /**
   * @param file a {@code .jslt} file, relative to the root
   */
  public List<Fault> ofMapping(String file) {
    String shown = MappingFiles.shown(file);
    List<Fault> faults = new ArrayList<>();
    try {
      String source = files.read(file);
      for (MappingLint.Refusal refusal : MappingLint.refusals(shown, source)) {
        faults.add(new Fault("MAP-004", file, refusal.line(), refusal.column(), "", refusal.why()));
      }
      Mapping.parse(shown, source);
    } catch (StartRefused refused) {
      Fault fault = fault(file, refused);
      if (faults.stream().noneMatch(known -> known.line() == fault.line())) {
        faults.add(fault);
      }
    }
    return faults;
  }

  /**
   * @param file a {@code .schema.json} file, relative to the root
   */
  public List<Fault> ofSchema(String file) {
    Set<Fault> faults = new LinkedHashSet<>();
    try {
      StrictJson.parse(files.read(file));
      new Schemas(files, (in, at, what) -> note(faults, new Fault("MAP-005", in, 0, 0, at, what)))
          .examine(file);
      if (faults.isEmpty()) {
        schemas.compile(file);
      }
    } catch (Rejected notJson) {
      faults.add(placed("MAP-005", file, notJson.getMessage().substring(8)));
    } catch (StartRefused refused) {
      faults.add(fault(file, refused));
    }
    return List.copyOf(faults);
  }

  /** One fault a place: the next ones there mostly follow from it. */
  private static void note(Set<Fault> faults, Fault fault) {
    boolean known =
        faults.stream()
            .anyMatch(
                other ->
                    other.file().equals(fault.file()) && other.pointer().equals(fault.pointer()));
    if (!known) {
      faults.add(fault);
    }
  }

  /** The start's sentence without what a finding says in its own fields. */
  private static Fault fault(String file, StartRefused refused) {
    String said = refused.getMessage().substring(refused.code().length() + 1);
    return placed(refused.code(), file, said);
  }

  private static Fault placed(String code, String file, String said) {
    Matcher place = PLACE.matcher(said);
    if (!place.find()) {
      return new Fault(code, file, 0, 0, "", stripped(file, said));
    }
    String line = place.group(1) == null ? place.group(3) : place.group(1);
    String column = place.group(2) == null ? place.group(4) : place.group(2);
    return new Fault(
        code, file, Integer.parseInt(line), Integer.parseInt(column), "", stripped(file, said));
  }

  private static String stripped(String file, String said) {
    String rest = said;
    if (rest.startsWith(MappingFiles.shown(file))) {
      rest = rest.substring(MappingFiles.shown(file).length()).replaceFirst("^:\\d+:\\d+", "");
    }
    return rest.replaceFirst("^:? ", "").replaceFirst("; correct the (mapping|schema)$", "");
  }
}
