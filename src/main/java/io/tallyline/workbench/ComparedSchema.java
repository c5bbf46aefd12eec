package io.tallyline.workbench;

import java.util.List;

/**
 * A schema beside its released copy.
 *
 * @param schema which one
 * @param standing how it stands to what was released
 * @param changes what differs; empty if nothing was released
 */
public record ComparedSchema(ContractSchema schema, Standing standing, List<SchemaChange> changes) {
  /** How a schema stands to what was released. */
  public enum Standing {
    /** Word for word. */
    AS_RELEASED("as released"),
    /** Something differs and nobody is hurt by it. */
    COMPATIBLE("compatible, not yet released"),
    /** Something differs that breaks somebody. */
    REFUSED("refused"),
    /** A version that others cannot rely on yet. */
    NEW("new, not yet released"),
    /** It was released and has no file any more. */
    GONE("gone");

    private final String inWords;

    Standing(String inWords) {
      this.inWords = inWords;
    }

    public String inWords() {
      return inWords;
    }
  }

  public ComparedSchema {
    changes = List.copyOf(changes);
  }

  boolean refused() {
    return standing == Standing.REFUSED || standing == Standing.GONE;
  }

  boolean unreleased() {
    return standing == Standing.NEW || standing == Standing.COMPATIBLE;
  }
}
