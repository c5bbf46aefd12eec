package io.tallyline.contracts;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which integration message a body is: the module that owns it, the event's name, the major
 * version.
 *
 * @param module for example {@code inventory}
 * @param event kebab-case name, for example {@code sales-transaction-created}
 * @param version major version, from 1
 */
public record MessageType(String module, String event, int version) {
  private static final Pattern ROUTING_KEY =
      Pattern.compile("([a-z][a-z0-9-]{0,62})\\.([a-z][a-z0-9-]{0,126})\\.v([1-9][0-9]{0,3})");
  private static final Pattern FOLDER =
      Pattern.compile("([a-z][a-z0-9-]{0,62})/([a-z][a-z0-9-]{0,126})/v([1-9][0-9]{0,3})");

  /** {@code inventory.sales-transaction-created.v1}. */
  public String routingKey() {
    return module + "." + event + ".v" + version;
  }

  /** {@code inventory/sales-transaction-created/v1}, below the folder {@code mappings}. */
  public String folder() {
    return module + "/" + event + "/v" + version;
  }

  /** The same event in any version: {@code inventory.sales-transaction-created}. */
  public String name() {
    return module + "." + event;
  }

  /**
   * Reads {@code <module>.<event>.v<major>}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static MessageType ofRoutingKey(String routingKey) {
    return of(ROUTING_KEY, routingKey, "<module>.<event>.v<major>");
  }

  /**
   * Reads {@code <module>/<event>/v<major>}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static MessageType ofFolder(String folder) {
    return of(FOLDER, folder, "<module>/<event>/v<major>");
  }

  private static MessageType of(Pattern form, String text, String formInWords) {
    Matcher parts = form.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not of the form " + formInWords);
    }
    return new MessageType(parts.group(1), parts.group(2), Integer.parseInt(parts.group(3)));
  }

  @Override
  public String toString() {
    return routingKey();
  }
}
