package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What can be said of the commands of the desk without a hub. */
class DeskCommandsTest {
  private static final int TERMINAL = 100;

  static Stream<CommandLine> commands() {
    Map<String, CommandLine> all = Hub.commandLine().getSubcommands();
    return Stream.of("dead-letters", "replays", "reconcile", "audit")
        .map(all::get)
        .flatMap(DeskCommandsTest::leaves);
  }

  private static Stream<CommandLine> leaves(CommandLine command) {
    return command.getSubcommands().isEmpty()
        ? Stream.of(command)
        : command.getSubcommands().values().stream().flatMap(DeskCommandsTest::leaves);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void its_help_has_an_example_and_fits_a_terminal(CommandLine command) {
    List<String> help = command.getUsageMessage(CommandLine.Help.Ansi.OFF).lines().toList();

    assertThat(help).anyMatch(line -> line.startsWith("Example"));
    assertThat(help).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(TERMINAL));
    assertThat(command.getCommandSpec().findOption("--json")).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void what_can_be_confirmed_needs_a_reason(CommandLine command) {
    if (command.getCommandSpec().findOption("--yes") != null) {
      assertThat(command.getCommandSpec().findOption("--reason").required()).isTrue();
    }
  }
}
