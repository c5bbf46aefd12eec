package io.tallyline.workbench;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A schema that others rely on.
 *
 * @param module who publishes it, for example {@code inventory}
 * @param event kebab-case name
 * @param version major version of the message; 0 for the domain event
 */
public record ContractSchema(String module, String event, int version)
    implements Comparable<ContractSchema> {
  /**
   * Below the mappings folder; holds a copy of each released schema under the schema's own path.
   */
  static final String RELEASED = "released";

  private static final Pattern FILE =
      Pattern.compile(
          "([a-z][a-z0-9-]{0,62})/([a-z][a-z0-9-]{0,126})/"
              + "(?:event\\.schema\\.json|v([1-9][0-9]{0,3})/message\\.schema\\.json)");

  private static final Comparator<ContractSchema> BY_NAME =
      Comparator.comparing(ContractSchema::module)
          .thenComparing(ContractSchema::event)
          .thenComparingInt(ContractSchema::version);

  /**
   * @param file below the mappings folder, or below {@code released} in it
   */
  static Optional<ContractSchema> of(String file) {
    Matcher parts = FILE.matcher(file);
    if (!parts.matches() || parts.group(1).equals(RELEASED)) {
      return Optional.empty();
    }
    int version = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
    return Optional.of(new ContractSchema(parts.group(1), parts.group(2), version));
  }

  SchemaKind kind() {
    return version == 0 ? SchemaKind.DOMAIN_EVENT : SchemaKind.MESSAGE;
  }

  /** {@code inventory/sales-transaction-created/v1/message.schema.json}. */
  public String file() {
    return folder()
        + (version == 0 ? "/event.schema.json" : "/v" + version + "/message.schema.json");
  }

  String folder() {
    return module + "/" + event;
  }

  String releasedFile() {
    return RELEASED + "/" + file();
  }

  /** A routing key, or {@code inventory.sales-transaction-created (domain event)}. */
  public String name() {
    return module + "." + event + (version == 0 ? " (domain event)" : ".v" + version);
  }

  @Override
  public int compareTo(ContractSchema other) {
    return BY_NAME.compare(this, other);
  }
}
