package io.tallyline.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** {@code src/docs/settings.md}: every setting, from the classes that read it. */
final class SettingsPage {
  /** Settings of the libraries that an operator of the hub needs; their words are their makers'. */
  private static final List<String> BORROWED =
      List.of(
          "server.address",
          "server.port",
          "server.ssl.bundle",
          "spring.rabbitmq.addresses",
          "spring.rabbitmq.username",
          "spring.rabbitmq.password",
          "spring.rabbitmq.virtual-host",
          "spring.rabbitmq.ssl.enabled",
          "spring.rabbitmq.ssl.bundle",
          "spring.rabbitmq.ssl.verify-hostname",
          "spring.rabbitmq.connection-timeout",
          "spring.rabbitmq.requested-heartbeat",
          "spring.config.import",
          "spring.security.oauth2.resourceserver.jwt.issuer-uri",
          "spring.security.oauth2.resourceserver.jwt.audiences",
          "spring.mail.host",
          "spring.mail.port",
          "spring.mail.username",
          "spring.mail.password",
          "management.tracing.enabled",
          "management.tracing.sampling.probability",
          "management.otlp.tracing.endpoint",
          "logging.level");

  private static final String HEAD =
      """
      # Settings

      Written by `./hub settings --write` from the classes that read them; a test holds the page to the
      code. `./hub settings relay` shows a part of it on the terminal.

      A setting stands in `config/application.properties` (or `.yaml`) below the project, in the
      environment, or after the command, the last being the strongest:

      ```
      hub.relay.batch-size=500              in config/application.properties
      HUB_RELAY_BATCHSIZE=500               in the environment: dots become _, hyphens go
      ./hub start --hub.relay.batch-size=500
      ```

      Passwords and keys belong into the environment or into files, never after the command, where
      every process of the machine could read them: `spring.config.import=configtree:/run/secrets/`
      takes each file of a folder as a setting with the file's name. A name that begins with `hub.` and
      is not in this table stops the start. A duration is written like `500ms`, `10s`, `5m`; a size
      like `16MB`.
      """;

  private SettingsPage() {}

  /** The whole page. */
  static String text() {
    Map<String, List<Setting>> groups = new TreeMap<>();
    Setting.known().stream()
        .filter(setting -> !setting.isDerived())
        .forEach(
            setting ->
                groups
                    .computeIfAbsent(group(setting.name()), name -> new ArrayList<>())
                    .add(setting));
    StringBuilder page = new StringBuilder(HEAD);
    groups.forEach((name, settings) -> table(page, name, settings));
    Map<String, Setting> everywhere = Setting.everywhere();
    table(
        page,
        "Of the libraries",
        BORROWED.stream().map(name -> Objects.requireNonNull(everywhere.get(name), name)).toList());
    return page.toString();
  }

  /**
   * {@code hub.relay} of {@code hub.relay.batch-size}; those of the process itself are together.
   */
  private static String group(String name) {
    String[] parts = name.split("[.]");
    return parts.length < 3 ? "The process" : parts[0] + "." + parts[1];
  }

  private static void table(StringBuilder page, String title, List<Setting> settings) {
    page.append("\n## ").append(title).append("\n\n| setting | value | default | meaning |\n");
    page.append("|---|---|---|---|\n");
    for (Setting setting : settings) {
      page.append("| `%s` | %s | %s | %s |%n".formatted(cells(setting)));
    }
  }

  private static Object[] cells(Setting setting) {
    return new Object[] {
      setting.name(),
      cell(setting.type()),
      setting.standard().isEmpty() ? "" : "`" + cell(setting.standard()) + "`",
      cell(setting.description())
    };
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
