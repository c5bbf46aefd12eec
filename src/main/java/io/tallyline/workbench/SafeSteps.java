package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a route may be made of. Where a message goes and what is run stands in the route file, never
 * in the message: no endpoint that is chosen while it runs, no script, and only components that
 * flows need. It is what keeps defects of the Camel version in use without effect
 * (src/docs/hardening.md).
 */
public final class SafeSteps {
  /** Components that a route may use; the others on the class path come along with Camel's core. */
  public static final Set<String> COMPONENTS =
      Set.of(
          "bean", "direct", "jslt", "log", "scheduler", "seda", "spring-rabbitmq", "sql", "timer");

  /** Languages that read, and can neither call what they like nor reach outside the message. */
  public static final Set<String> LANGUAGES =
      Set.of("constant", "exchangeProperty", "header", "simple", "tokenize", "variable");

  /** Steps whose endpoint or code may come from the message. */
  public static final Set<String> DYNAMIC =
      Set.of(
          "toD",
          "recipientList",
          "routingSlip",
          "dynamicRouter",
          "enrich",
          "pollEnrich",
          "wireTap",
          "script");

  /** Languages as they stand in YAML below a step or its {@code expression}. */
  private static final Set<String> REFUSED_LANGUAGES =
      Set.of(
          "csimple",
          "datasonnet",
          "groovy",
          "java",
          "joor",
          "js",
          "language",
          "mvel",
          "ognl",
          "python",
          "spel",
          "wasm",
          "xpath",
          "xquery");

  private static final Map<String, String> CONSUMING = consuming();

  private SafeSteps() {}

  private static Map<String, String> consuming() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("autoDeclare", "false");
    parameters.put("disableReplyTo", "true");
    parameters.put("maximumRetryAttempts", "0");
    parameters.put("acknowledgeMode", "AUTO");
    return parameters;
  }

  /** Where a step's YAML uses a refused language, from the step on; empty if it uses none. */
  static Optional<String> refusedLanguage(JsonNode says) {
    Set<String> found = new TreeSet<>();
    says.fieldNames().forEachRemaining(name -> addRefused(name, name, found));
    says.path("expression")
        .fieldNames()
        .forEachRemaining(name -> addRefused(name, "expression/" + name, found));
    return found.stream().findFirst();
  }

  private static void addRefused(String name, String place, Set<String> found) {
    if (REFUSED_LANGUAGES.contains(name)) {
      found.add(place);
    }
  }

  /**
   * What a route that consumes from the broker must say, so that it neither loses messages nor
   * answers their senders; empty if it does.
   *
   * @param parameters of its {@code from}
   */
  static Optional<String> missingWhereConsuming(JsonNode parameters) {
    return CONSUMING.entrySet().stream()
        .filter(wanted -> !wanted.getValue().equals(parameters.path(wanted.getKey()).asText()))
        .map(wanted -> wanted.getKey() + ": " + wanted.getValue())
        .findFirst();
  }
}
