package io.tallyline.embedded;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * PostgreSQL refuses to run as root. A hub started by root (in a container, say) runs it in a user
 * namespace of its own, or, where those are blocked, as the user nobody.
 *
 * @param prefix put before every command of PostgreSQL
 * @param owner user id that must own PostgreSQL's files, or {@link #WHOEVER_RUNS_THE_HUB}
 */
record Unprivileged(List<String> prefix, int owner) {
  static final int WHOEVER_RUNS_THE_HUB = -1;
  private static final int ROOT = 0;
  private static final int NOBODY = 65_534;
  private static final int PROBE_SECONDS = 10;

  static final Unprivileged BY_USER_NAMESPACE = new Unprivileged(List.of("unshare", "-U"), ROOT);
  static final Unprivileged AS_NOBODY =
      new Unprivileged(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"), NOBODY);

  /**
   * @throws EmbeddedServersFailed EMB-008 if this is root and neither way works
   */
  static Unprivileged here() {
    if (!runsAsRoot()) {
      return new Unprivileged(List.of(), WHOEVER_RUNS_THE_HUB);
    }
    if (LinuxUtils.isUnshareAvailable()) {
      return BY_USER_NAMESPACE;
    }
    if (AS_NOBODY.works()) {
      return AS_NOBODY;
    }
    throw new EmbeddedServersFailed(
        "EMB-008",
        "PostgreSQL does not run as root, and neither unshare nor setpriv works here:"
            + " start the hub as an ordinary user, or configure PostgreSQL servers of your own.");
  }

  private static boolean runsAsRoot() {
    Path self = Path.of("/proc/self");
    try {
      return Files.exists(self)
          && Integer.valueOf(ROOT).equals(Files.getAttribute(self, "unix:uid"));
    } catch (IOException | UnsupportedOperationException e) {
      return "root".equals(System.getProperty("user.name"));
    }
  }

  private boolean works() {
    try {
      Process probe =
          new ProcessBuilder(Stream.concat(prefix.stream(), Stream.of("true")).toList())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return probe.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && probe.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Gives a folder to the user PostgreSQL runs as, if it is another's (of an earlier start). */
  void own(Path folder) throws IOException {
    if (owner == WHOEVER_RUNS_THE_HUB
        || Integer.valueOf(owner).equals(Files.getAttribute(folder, "unix:uid"))) {
      return;
    }
    List<Path> all;
    try (Stream<Path> paths = Files.walk(folder)) {
      all = paths.sorted(Comparator.reverseOrder()).toList();
    }
    // The folder itself last: an interrupted change is taken up again.
    for (Path path : all) {
      Files.setAttribute(path, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
    }
  }
}
