package io.tallyline.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.contracts.StartRefused;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.ops.security.Account;
import io.tallyline.ops.security.Accounts;
import io.tallyline.ops.security.Passwords;
import io.tallyline.ops.security.SecretFile;
import io.tallyline.ops.security.Tokens;
import io.tallyline.ops.security.UsersFile;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.Unmatched;

/** {@code ./hub users}: who may sign in to the hub. */
@Command(
    name = "users",
    mixinStandardHelpOptions = true,
    description = {
      "Users and tokens of the hub's HTTP side. A running hub follows the file within seconds."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      UsersCommand.ListAll.class,
      UsersCommand.Add.class,
      UsersCommand.Remove.class,
      UsersCommand.Password.class,
      UsersCommand.Token.class
    },
    footer = {
      "",
      "Roles, each includes the ones before: viewer, operator, approver, admin.",
      "The file is hub.security.users-file, data/users.conf unless set; settings may follow the",
      "command: ./hub users list --hub.security.users-file=/etc/tallyline/users.conf",
      "Exit status: 0 done, 1 no such user, 2 something given or the file is wrong."
    })
final class UsersCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** What the commands have in common: the file, and where to write. */
  abstract static class OnFile implements Callable<Integer> {
    @Spec private CommandSpec command;
    @Unmatched private List<String> settings = new ArrayList<>();

    Path path() {
      return Path.of(
          ToolEnvironment.atOnce(Settings.of(settings))
              .getProperty("hub.security.users-file", "data/users.conf"));
    }

    UsersFile file() {
      return UsersFile.read(path());
    }

    PrintWriter out() {
      return command.commandLine().getOut();
    }

    /** Says that nobody has this name; for the exit status. */
    int unknown(String name) {
      command.commandLine().getErr().printf("There is no user or token '%s'.%n", name);
      return Hub.NOT_AS_IT_SHOULD_BE;
    }

    static String fresh(String name, UsersFile file) {
      return fresh(name, UsersFile.isName(name), file);
    }

    static String fresh(String name, boolean isName, UsersFile file) {
      if (!isName) {
        throw new StartRefused(
            "OPS-131",
            "a name has letters, digits and . _ @ - only, at most 64. Choose another name.");
      }
      if (file.account(name).isPresent()) {
        throw new StartRefused(
            "OPS-131",
            "the name '%s' is taken. Choose another, or remove it first.".formatted(name));
      }
      return name;
    }
  }

  /** {@code ./hub users list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Show users and tokens; never a hash.")
  static final class ListAll extends OnFile {
    @Option(names = "--json", description = "as JSON, for programs")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
      Instant now = Instant.now();
      if (json) {
        out().println(new JsonMapper().writeValueAsString(rows(now)));
      } else {
        TextTable table = new TextTable("name", "kind", "role", "expires");
        for (Map<String, String> row : rows(now)) {
          table.row(
              row.get("name"),
              row.get("kind"),
              row.get("role"),
              row.getOrDefault("expires", "never") + (row.containsKey("expired") ? " (over)" : ""));
        }
        table.lines().forEach(out()::println);
      }
      return Hub.DONE;
    }

    private List<Map<String, String>> rows(Instant now) {
      return file().accounts().stream().map(account -> row(account, now)).toList();
    }

    private static Map<String, String> row(Account account, Instant now) {
      Map<String, String> row = new LinkedHashMap<>();
      row.put("name", account.name());
      row.put("kind", account instanceof Account.User ? "user" : "token");
      row.put("role", account.role().word());
      if (account instanceof Account.Token token) {
        row.put("expires", token.expires().toString());
        if (token.isExpired(now)) {
          row.put("expired", "true");
        }
      }
      return row;
    }
  }

  /** {@code ./hub users add NAME --role ROLE}. */
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Add a user. The password is read from the terminal or from standard input.")
  static final class Add extends OnFile {
    @Parameters(paramLabel = "NAME", description = "letters, digits and . _ @ -")
    private String name = "";

    @Option(
        names = "--role",
        required = true,
        paramLabel = "ROLE",
        converter = ToRole.class,
        description = "viewer, operator, approver or admin")
    private AccessRole role = AccessRole.VIEWER;

    @picocli.CommandLine.Mixin private PasswordOptions password = new PasswordOptions();

    @Override
    public Integer call() throws IOException {
      UsersFile file = file();
      fresh(name, file);
      file.with(new Account.User(name, role, password.hash())).save();
      out().printf("Added user %s with the role %s.%n", name, role.word());
      return Hub.DONE;
    }
  }

  /** {@code ./hub users remove NAME}. */
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Remove a user or token; sessions that it has open end.")
  static final class Remove extends OnFile {
    @Parameters(paramLabel = "NAME", description = "of a user or token")
    private String name = "";

    @Override
    public Integer call() {
      UsersFile file = file();
      if (file.account(name).isEmpty()) {
        return unknown(name);
      }
      UsersFile rest = file.without(name);
      rest.save();
      out().printf("Removed %s.%n", name);
      if (rest.accounts().stream().noneMatch(left -> left.role() == AccessRole.ADMIN)) {
        out().println("No admin is left in the file.");
      }
      return Hub.DONE;
    }
  }

  /** {@code ./hub users password NAME}. */
  @Command(
      name = "password",
      mixinStandardHelpOptions = true,
      description = "Set a user's password; sessions that the user has open end.")
  static final class Password extends OnFile {
    @Parameters(paramLabel = "NAME", description = "of a user")
    private String name = "";

    @picocli.CommandLine.Mixin private PasswordOptions password = new PasswordOptions();

    @Override
    public Integer call() throws IOException {
      UsersFile file = file();
      if (!(file.account(name).orElse(null) instanceof Account.User user)) {
        return unknown(name);
      }
      file.with(new Account.User(name, user.role(), password.hash())).save();
      Accounts.forgetFirstPassword(path(), name);
      out().printf("Set the password of %s.%n", name);
      return Hub.DONE;
    }
  }

  /** {@code ./hub users token NAME --role ROLE}. */
  @Command(
      name = "token",
      mixinStandardHelpOptions = true,
      description = {
        "Make a bearer token for a program. It is shown this once; the file keeps its SHA-256 only."
      },
      footer = {
        "",
        "Example: ./hub users token laptop --role operator --expires 30d --to ~/.hub-token",
        "         HUB_TOKEN_FILE=~/.hub-token ./hub status"
      })
  static final class Token extends OnFile {
    private static final Duration LONGEST = Duration.ofDays(366);

    @Parameters(
        paramLabel = "NAME",
        description = "what the token is for; <user>/<purpose> if it works in that user's name")
    private String name = "";

    @Option(
        names = "--role",
        required = true,
        paramLabel = "ROLE",
        converter = ToRole.class,
        description = "viewer, operator, approver or admin")
    private AccessRole role = AccessRole.VIEWER;

    @Option(
        names = "--expires",
        paramLabel = "DURATION",
        defaultValue = "90d",
        converter = ToDuration.class,
        description = "how long it works, at most 366d (default: ${DEFAULT-VALUE})")
    private Duration expires = Duration.ofDays(90);

    @Option(
        names = "--to",
        paramLabel = "FILE",
        description = "write it to a file that only you can read, instead of showing it")
    private @Nullable Path to;

    @Override
    public Integer call() {
      if (expires.isNegative() || expires.isZero() || expires.compareTo(LONGEST) > 0) {
        throw new StartRefused("OPS-131", "--expires must be up to 366d, and not nothing.");
      }
      UsersFile file = file();
      fresh(name, UsersFile.isTokenName(name), file);
      String token = Tokens.random();
      Instant end = Instant.now().plus(expires).truncatedTo(ChronoUnit.SECONDS);
      if (to != null) {
        SecretFile.write(to, token);
      }
      file.with(new Account.Token(name, role, Tokens.sha256(token), end)).save();
      out().println(to == null ? token : "Wrote the token to " + to + ".");
      return Hub.DONE;
    }
  }

  /** Where a password comes from: never from the command line, which others can see. */
  static final class PasswordOptions {
    @Option(
        names = "--password-file",
        paramLabel = "FILE",
        description = "read the password from the first line of this file")
    private @Nullable Path file;

    @Option(
        names = "--algorithm",
        paramLabel = "NAME",
        defaultValue = Passwords.DEFAULT_ALGORITHM,
        description = "bcrypt or argon2 (default: ${DEFAULT-VALUE})")
    private String algorithm = Passwords.DEFAULT_ALGORITHM;

    String hash() throws IOException {
      if (!List.of("bcrypt", "argon2").contains(algorithm)) {
        throw new StartRefused("OPS-132", "--algorithm is bcrypt or argon2.");
      }
      char[] password = read();
      try {
        return Passwords.hash(password, algorithm);
      } catch (IllegalArgumentException unfit) {
        throw new StartRefused("OPS-132", unfit.getMessage() + ". Nothing was changed.");
      } finally {
        Arrays.fill(password, '\0');
      }
    }

    private char[] read() throws IOException {
      if (file != null) {
        return SecretFile.read(file).toCharArray();
      }
      Console console = System.console();
      if (console == null) {
        String line =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        return line == null ? new char[0] : line.toCharArray();
      }
      char[] first = console.readPassword("Password: ");
      char[] again = console.readPassword("Again: ");
      if (first == null || !Arrays.equals(first, again)) {
        throw new StartRefused("OPS-132", "the two were not the same. Nothing was changed.");
      }
      return first;
    }
  }

  /** {@code viewer} as a role. */
  static final class ToRole implements ITypeConverter<AccessRole> {
    @Override
    public AccessRole convert(String word) {
      try {
        return AccessRole.parse(word);
      } catch (IllegalArgumentException unknown) {
        throw new TypeConversionException(unknown.getMessage());
      }
    }
  }

  /** {@code 30d} as a duration. */
  static final class ToDuration implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String word) {
      try {
        return DurationStyle.detectAndParse(word);
      } catch (IllegalArgumentException no) {
        throw new TypeConversionException("'" + word + "' is no duration like 12h or 30d");
      }
    }
  }
}
