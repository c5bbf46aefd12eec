package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.ops.security.Tokens;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class UsersCommandTest {
  private static final String PASSWORD = "correct horse battery";

  @TempDir Path folder;

  /** What one run of the command line ended with. */
  private record Run(int status, String out, String err) {}

  private Path file() {
    return folder.resolve("users.conf");
  }

  private Run hub(String input, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--hub.security.users-file=" + file());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Hub.commandLine();
    commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    InputStream terminal = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      int status = commandLine.execute(all.toArray(String[]::new));
      return new Run(status, out.toString(), err.toString());
    } finally {
      System.setIn(terminal);
    }
  }

  private JsonNode list() throws IOException {
    return new JsonMapper().readTree(hub("", "users", "list", "--json").out());
  }

  @Test
  void adds_lists_and_removes_a_user_without_ever_showing_a_hash() throws Exception {
    Run added = hub(PASSWORD + "\n", "users", "add", "ann", "--role", "operator");

    assertThat(added.status()).as(added.err()).isZero();
    assertThat(Files.readString(file()))
        .contains("user   ann  operator  {bcrypt}")
        .doesNotContain(PASSWORD);
    assertThat(list()).hasSize(1);
    assertThat(list().get(0).path("role").asText()).isEqualTo("operator");
    assertThat(hub("", "users", "list").out())
        .contains("ann")
        .contains("operator")
        .doesNotContain("{");

    Run removed = hub("", "users", "remove", "ann");
    assertThat(removed.status()).isZero();
    assertThat(removed.out()).contains("No admin is left");
    assertThat(list()).isEmpty();
    assertThat(hub("", "users", "remove", "ann").status()).isEqualTo(1);
  }

  @Test
  void takes_a_password_from_a_file_of_ones_own_and_hashes_it_with_argon2_too() throws Exception {
    Path secret = folder.resolve("secret");
    Files.writeString(secret, PASSWORD + "\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    String[] add = {
      "users",
      "add",
      "bob",
      "--role",
      "admin",
      "--algorithm",
      "argon2",
      "--password-file",
      secret.toString()
    };
    Run open = hub("", add);
    assertThat(open.status()).isEqualTo(2);
    assertThat(open.err()).contains("OPS-133").contains("chmod 600");

    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    assertThat(hub("", add).status()).isZero();
    assertThat(Files.readString(file())).contains("{argon2}$argon2id$");
    String before = Files.readString(file());
    assertThat(hub("another password\n", "users", "password", "bob").status()).isZero();
    assertThat(Files.readString(file())).isNotEqualTo(before).contains("bob  admin");
  }

  @Test
  void the_first_admins_password_file_goes_when_the_password_is_another() throws Exception {
    hub(PASSWORD, "users", "add", "admin", "--role", "admin");
    Path note = folder.resolve("admin.password");
    Files.writeString(note, PASSWORD);

    hub("another password\n", "users", "password", "admin");

    assertThat(note).doesNotExist();
  }

  @Test
  void refuses_what_is_unfit_and_changes_nothing() throws Exception {
    assertThat(hub("short\n", "users", "add", "ann", "--role", "admin"))
        .matches(run -> run.status() == 2 && run.err().contains("OPS-132"));
    assertThat(hub("x".repeat(73) + "\n", "users", "add", "ann", "--role", "admin").status())
        .isEqualTo(2);
    assertThat(hub(PASSWORD, "users", "add", "a:b", "--role", "admin"))
        .matches(run -> run.status() == 2 && run.err().contains("OPS-131"));
    assertThat(hub(PASSWORD, "users", "add", "ann", "--role", "root"))
        .matches(run -> run.status() == 2 && run.err().contains("choose from viewer"));
    assertThat(hub(PASSWORD, "users", "add", "ann", "--role", "admin", "hunter2").status())
        .as("a password is no argument")
        .isEqualTo(2);
    assertThat(file()).doesNotExist();

    hub(PASSWORD, "users", "add", "ann", "--role", "admin");
    String before = Files.readString(file());
    assertThat(hub(PASSWORD, "users", "add", "ann", "--role", "viewer").err()).contains("taken");
    assertThat(hub(PASSWORD, "users", "password", "nobody").status()).isEqualTo(1);
    assertThat(Files.readString(file())).isEqualTo(before);
  }

  @Test
  void shows_a_token_once_or_writes_it_to_a_private_file() throws Exception {
    Run shown = hub("", "users", "token", "ci", "--role", "viewer", "--expires", "12h");
    assertThat(shown.out()).startsWith("tly_");
    assertThat(Files.readString(file()))
        .contains(Tokens.sha256(shown.out().strip()))
        .doesNotContain(shown.out().strip());

    Path to = folder.resolve("token");
    Run written = hub("", "users", "token", "cd", "--role", "viewer", "--to", to.toString());
    assertThat(written.out()).doesNotContain("tly_");
    assertThat(Files.getPosixFilePermissions(to))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.readString(file())).contains(Tokens.sha256(Files.readString(to).strip()));
    assertThat(hub("", "users", "token", "x", "--role", "viewer", "--expires", "9999d").status())
        .isEqualTo(2);
    assertThat(list().get(0).path("expires").asText()).isNotEmpty();
  }

  @Test
  void helps() {
    for (String command : List.of("list", "add", "remove", "password", "token")) {
      StringWriter out = new StringWriter();
      int status =
          Hub.commandLine().setOut(new PrintWriter(out)).execute("users", command, "--help");

      assertThat(status).isZero();
      assertThat(out.toString()).contains("Usage: hub users " + command);
    }
  }
}
