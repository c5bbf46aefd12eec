package io.tallyline.ops.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.contracts.StartRefused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;

@ExtendWith(OutputCaptureExtension.class)
class UsersFileTest {
  private static final String HASH = Passwords.hash("a long password".toCharArray(), "bcrypt");
  private static final String DIGEST = Tokens.sha256("tly_x");

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("users.conf");
  }

  private UsersFile parse(String text) {
    return UsersFile.of(file(), text);
  }

  @Test
  void reads_users_and_tokens_among_comments_and_blank_lines() {
    UsersFile users =
        parse(
            """
            # people
            user   ann  approver  %s

            token\tci\tviewer\t%s\t2030-01-01T00:00:00Z
            """
                .formatted(HASH, DIGEST));

    assertThat(users.user("ann"))
        .get()
        .extracting(Account.User::role)
        .isEqualTo(AccessRole.APPROVER);
    assertThat(users.token(DIGEST)).get().extracting(Account.Token::name).isEqualTo("ci");
    assertThat(users.user("ci")).as("a token has no password").isEmpty();
  }

  @Test
  void a_token_of_a_person_works_in_that_persons_name() {
    UsersFile users =
        parse(
            "user ann approver %s%ntoken ann/laptop approver %s 2030-01-01T00:00:00Z%n"
                .formatted(HASH, DIGEST));

    Account.Token token = users.token(DIGEST).orElseThrow();
    assertThat(token.name()).isEqualTo("ann/laptop");
    assertThat(new SignedIn(token).getName()).isEqualTo("ann");
    assertThat(UsersFile.isName("ann/laptop")).as("no user is called so").isFalse();
    assertThat(UsersFile.isTokenName("ann//laptop")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "user ann admin hunter2hunter2                                  | no {bcrypt} or {argon2} hash",
        "user ann admin {noop}hunter2hunter2                            | no {bcrypt} or {argon2} hash",
        "user ann admin {MD5}5f4dcc3b5aa765d61d8327deb882cf99           | no {bcrypt} or {argon2} hash",
        "user ann admin {bcrypt}hunter2hunter2                          | no {bcrypt} or {argon2} hash",
        "user ann root HASH                                             | 'root' is no role",
        "user a:b admin HASH                                            | is no name",
        "user ann admin                                                 | a line is",
        "token ci viewer abc 2030-01-01T00:00:00Z                       | 64 hexadecimal digits",
        "token ci viewer DIGEST soon                                    | last moment",
        "group ann admin HASH                                           | a line is"
      })
  void refuses_a_wrong_line_by_its_number_and_never_shows_a_password(String line, String why) {
    String text = "# users\n" + line.replace("HASH", HASH).replace("DIGEST", DIGEST) + "\n";

    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("OPS-115 line 2 of " + file())
        .hasMessageContaining(why)
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void refuses_a_name_that_stands_twice() {
    assertThatThrownBy(
            () ->
                parse(
                    "user ann admin %s\ntoken ann viewer %s 2030-01-01T00:00:00Z"
                        .formatted(HASH, DIGEST)))
        .hasMessageContaining("line 2")
        .hasMessageContaining("'ann' was used before");
  }

  @Test
  void keeps_comments_when_it_is_edited_and_is_readable_by_its_owner_only() throws Exception {
    Files.writeString(file(), "# ours\nuser ann viewer %s\n# end\n".formatted(HASH));

    UsersFile.read(file()).with(new Account.User("ann", AccessRole.ADMIN, HASH)).save();

    assertThat(Files.readString(file()))
        .isEqualTo("# ours\nuser   ann  admin  %s\n# end\n".formatted(HASH));
    assertThat(Files.getPosixFilePermissions(file()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(UsersFile.read(file()).without("ann").accounts()).isEmpty();
  }

  @Test
  void takes_away_what_others_may_do_with_it() throws Exception {
    Files.writeString(file(), "user ann viewer %s\n".formatted(HASH));
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-rw-rw-"));

    UsersFile.read(file());

    assertThat(Files.getPosixFilePermissions(file()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void the_first_start_makes_one_admin_whose_password_stands_in_a_private_file(CapturedOutput log)
      throws Exception {
    Path nested = folder.resolve("data/users.conf");

    Accounts accounts = Accounts.open(nested, Duration.ofSeconds(1), InstantSource.system());

    Path note = folder.resolve("data/admin.password");
    String password = Files.readString(note).strip();
    assertThat(Files.getPosixFilePermissions(note))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.getPosixFilePermissions(nested))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(log.getAll()).contains("OPS-118").contains(note.toString()).doesNotContain(password);
    assertThat(Files.readString(nested)).doesNotContain(password);
    assertThat(
            new CheckPasswords(accounts)
                .authenticate(
                    UsernamePasswordAuthenticationToken.unauthenticated("admin", password))
                .getAuthorities())
        .isEqualTo(AccessRole.ADMIN.authorities());

    Accounts.open(nested, Duration.ofSeconds(1), InstantSource.system());
    assertThat(Files.readString(note).strip()).as("made once").isEqualTo(password);
  }
}
