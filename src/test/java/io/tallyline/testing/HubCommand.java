package io.tallyline.testing;

import io.tallyline.ops.CommandLines;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.ops.security.SecretFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands that ask a running hub, as somebody types them. */
public final class HubCommand {
  private final TestHub hub;
  private final Path folder;

  /**
   * @param folder where the token's file goes
   */
  public HubCommand(TestHub hub, Path folder) {
    this.hub = hub;
    this.folder = folder;
  }

  /** What it wrote, and its exit status. */
  public record Ran(int status, String out, String err) {}

  public Ran run(AccessRole role, String... words) {
    Path token = folder.resolve(role + "-token");
    SecretFile.write(token, TestUsers.token(role));
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(
        List.of("--url", "http://127.0.0.1:" + hub.httpPort(), "--token-file", token.toString()));
    return CommandLines.run(all);
  }
}
