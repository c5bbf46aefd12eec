package io.tallyline.bridge;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How MassTransit names a message type.
 *
 * @param namespace for example {@code Company.Inventory.Contracts}
 * @param name the type's; {@code Outer+Inner} where it is nested
 */
public record MessageUrn(String namespace, String name) {
  private static final String URN_PREFIX = "urn:message:";
  private static final String WORD = "[\\p{L}_][\\p{L}\\p{N}_]{0,80}";
  private static final Pattern FORM =
      Pattern.compile("(WORD(?:[.]WORD){0,12}):(WORD(?:[+]WORD){0,4})".replace("WORD", WORD));

  /** An AMQP name. */
  private static final int LONGEST = 200;

  /**
   * Reads {@code urn:message:<Namespace>:<Type>}.
   *
   * @throws IllegalArgumentException if the text has another form; generic types have one
   */
  public static MessageUrn ofUrn(String urn) {
    if (!urn.startsWith(URN_PREFIX)) {
      throw wrong(urn, URN_PREFIX + "<Namespace>:<Type>");
    }
    return of(urn.substring(URN_PREFIX.length()), urn, URN_PREFIX + "<Namespace>:<Type>");
  }

  /**
   * Reads {@code <Namespace>:<Type>}.
   *
   * @throws IllegalArgumentException if the text has another form; generic types have one
   */
  public static MessageUrn ofName(String name) {
    return of(name, name, "<Namespace>:<Type>");
  }

  private static MessageUrn of(String text, String whole, String form) {
    Matcher parts = FORM.matcher(text);
    if (text.length() > LONGEST || !parts.matches()) {
      throw wrong(whole, form);
    }
    return new MessageUrn(parts.group(1), parts.group(2));
  }

  private static IllegalArgumentException wrong(String text, String form) {
    return new IllegalArgumentException("'" + text + "' is not of the form " + form);
  }

  /** {@code urn:message:Company.Inventory.Contracts:SalesTransactionCreated}. */
  public String urn() {
    return URN_PREFIX + namespace + ":" + name;
  }

  /** The exchange that MassTransit publishes the type to; a nested type's plus becomes a dash. */
  public String exchange() {
    return namespace + ":" + name.replace('+', '-');
  }

  @Override
  public String toString() {
    return urn();
  }
}
