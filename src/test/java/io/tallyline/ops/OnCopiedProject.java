package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyline.testing.CopiedTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A test that runs a command of the workbench on a copy of the project. */
abstract class OnCopiedProject {
  @TempDir Path home;

  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  @BeforeEach
  void a_copy_of_the_project() {
    CopiedTree.of("routes", home);
    CopiedTree.of("mappings", home);
    System.setProperty("hub.home", home.toString());
  }

  @AfterEach
  void forget_it() {
    System.clearProperty("hub.home");
  }

  int run(String... words) {
    out.getBuffer().setLength(0);
    CommandLine hub = Hub.commandLine();
    hub.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return hub.execute(words);
  }

  void edit(String file, String from, String to) throws IOException {
    String text = Files.readString(home.resolve(file));
    assertThat(text).contains(from);
    Files.writeString(home.resolve(file), text.replaceFirst(from, to));
  }
}
