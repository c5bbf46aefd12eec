package io.tallyline.ops;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./hub settings}: what can be set, what it means, and what it is otherwise. */
@Command(
    name = "settings",
    mixinStandardHelpOptions = true,
    description = "List the hub's settings, with their meaning and what they are otherwise.",
    footer = {
      "",
      "Exit status: 0 done, 1 no setting has such a name, or --check found the page outdated."
    })
final class SettingsCommand implements Callable<Integer> {
  private static final Path PAGE = Path.of("src/docs/settings.md");
  private static final int INDENT = 4;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "TEXT",
      description = "only those that have this in their name, for example relay")
  private @Nullable String part;

  @Option(names = "--json", description = "as JSON, for scripts")
  private boolean json;

  @Option(names = "--write", description = "write src/docs/settings.md")
  private boolean write;

  @Option(names = "--check", description = "only tell whether src/docs/settings.md is as the code")
  private boolean check;

  @Override
  public Integer call() throws IOException {
    if (write || check) {
      return page();
    }
    List<Setting> settings =
        Setting.known().stream()
            .filter(setting -> !setting.isDerived())
            .filter(setting -> part == null || setting.name().contains(part))
            .toList();
    if (json) {
      System.out.println(
          new JsonMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(settings));
    } else {
      settings.forEach(this::print);
    }
    if (settings.isEmpty()) {
      System.err.printf("No setting has '%s' in its name.%n", part);
      return Hub.NOT_AS_IT_SHOULD_BE;
    }
    return Hub.DONE;
  }

  private void print(Setting setting) {
    System.out.printf(
        "%s  (%s%s)%n",
        setting.name(),
        setting.type(),
        setting.standard().isEmpty() ? "" : ", otherwise " + setting.standard());
    int width = spec.usageMessage().width();
    var lines =
        CommandLine.Help.TextTable.forColumns(
            CommandLine.Help.defaultColorScheme(Ansi.OFF),
            new CommandLine.Help.Column(INDENT, 0, CommandLine.Help.Column.Overflow.TRUNCATE),
            new CommandLine.Help.Column(width - INDENT, 0, CommandLine.Help.Column.Overflow.WRAP));
    lines.addRowValues("", setting.description());
    System.out.print(lines);
  }

  private int page() throws IOException {
    Path page = Path.of(System.getProperty("hub.home", ".")).resolve(PAGE);
    if (!Files.isDirectory(page.getParent())) {
      throw new StartRefused(
          "OPS-081", "there is no folder %s. Run it in the project.".formatted(page.getParent()));
    }
    String text = SettingsPage.text();
    boolean same = Files.exists(page) && Files.readString(page).equals(text);
    if (write && !same) {
      Files.writeString(page, text);
    }
    System.out.println(
        same ? PAGE + " is as the code." : write ? "wrote " + PAGE : PAGE + " is outdated.");
    return same || write ? Hub.DONE : Hub.NOT_AS_IT_SHOULD_BE;
  }
}
