package io.tallyline.faults;

import io.tallyline.testing.HubProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/**
 * The hub's classes as jars, with an archive of them as a JVM has once loaded them. A hub starts in
 * about two thirds of the time with it, and a full run starts well over a hundred.
 */
final class HubImage {
  private static volatile List<String> options = List.of();

  private HubImage() {}

  /** Options for the JVM of a hub; none before {@link #prepare}. */
  static List<String> options() {
    return options;
  }

  /** Lets a hub start, work a little and stop, and keeps what it has loaded. */
  static void prepare(Bench bench) throws Exception {
    Path folder = Files.createTempDirectory(Path.of("target"), "hub-image-").toAbsolutePath();
    String classPath = jars(folder);
    Path archive = folder.resolve("hub.jsa");
    options = List.of("-cp", classPath, "-XX:ArchiveClassesAtExit=" + archive);
    World world = bench.world();
    HubProcess hub = world.start();
    world.load(bench.events(world, 0).next(50));
    bench.await("the first events", () -> world.percentPosted() == 100);
    hub.terminate();
    hub.exit(120);
    options =
        Files.exists(archive)
            ? List.of("-cp", classPath, "-XX:SharedArchiveFile=" + archive, "-Xshare:auto")
            : List.of();
  }

  /** An archive takes no folders, so each becomes a jar. */
  private static String jars(Path folder) {
    String known =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> entries = new ArrayList<>();
    for (String entry : known.split(java.io.File.pathSeparator)) {
      if (Files.isDirectory(Path.of(entry))) {
        String jar = folder.resolve("classes-" + entries.size() + ".jar").toString();
        ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
        if (tool.run(System.out, System.err, "--create", "--file", jar, "-C", entry, ".") != 0) {
          throw new IllegalStateException("no jar could be made of " + entry);
        }
        entries.add(jar);
      } else {
        entries.add(Path.of(entry).toAbsolutePath().toString());
      }
    }
    return String.join(java.io.File.pathSeparator, entries);
  }
}
