package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import io.tallyline.workbench.Project;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

/**
 * The project as the workbench sees it: its folders, and the names that routes may use. Reads the
 * settings' files by itself, since a check must not wait for Spring.
 */
final class EditedProject {
  /** Configured or told by the embedded servers, so set in every hub that runs. */
  private static final List<String> ALWAYS_SET =
      List.of(
          "hub.inventory.datasource.url",
          "hub.inventory.datasource.username",
          "hub.finance.datasource.url",
          "hub.finance.datasource.username",
          "hub.store.datasource.url",
          "hub.store.datasource.username",
          "spring.rabbitmq.addresses",
          "spring.rabbitmq.username",
          "spring.rabbitmq.password");

  private EditedProject() {}

  /** Of the folder the launcher was started in. */
  static Project here() {
    return at(Path.of(System.getProperty("hub.home", ".")));
  }

  static Project at(Path home) {
    Properties settings = new Properties();
    load(settings, home);
    Set<String> names = new TreeSet<>(settings.stringPropertyNames());
    names.addAll(CheckSettings.derivedNames());
    names.addAll(ALWAYS_SET);
    return new Project(
        folder(settings, home, "hub.routes-directory", "routes"),
        folder(settings, home, "hub.mappings-directory", "mappings"),
        KnownBeans.all(),
        names);
  }

  /** Of a hub that runs: whatever is set for it, a route may name. */
  static Project of(ConfigurableEnvironment environment) {
    Set<String> names = new TreeSet<>(ALWAYS_SET);
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> enumerable) {
        names.addAll(List.of(enumerable.getPropertyNames()));
      }
    }
    return new Project(
        folder(environment.getRequiredProperty("hub.routes-directory")),
        folder(environment.getRequiredProperty("hub.mappings-directory")),
        KnownBeans.all(),
        names);
  }

  private static Path folder(String directory) {
    return Path.of(directory).toAbsolutePath().normalize();
  }

  private static void load(Properties settings, Path home) {
    try (InputStream own = EditedProject.class.getResourceAsStream("/application.properties")) {
      settings.load(own);
      for (String file : List.of("application.properties", "config/application.properties")) {
        if (Files.isRegularFile(home.resolve(file))) {
          try (InputStream configured = Files.newInputStream(home.resolve(file))) {
            settings.load(configured);
          }
        }
      }
    } catch (IOException | IllegalArgumentException unreadable) {
      throw new StartRefused(
          "OPS-073",
          "application.properties in %s or its config folder cannot be read; correct it."
              .formatted(home.toAbsolutePath().normalize()),
          unreadable);
    }
  }

  private static Path folder(Properties settings, Path home, String setting, String otherwise) {
    String value = settings.getProperty(setting, otherwise);
    return Path.of(value.replace("${hub.home}", home.toString())).toAbsolutePath().normalize();
  }
}
