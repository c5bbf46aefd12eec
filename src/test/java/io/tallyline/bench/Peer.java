package io.tallyline.bench;

import io.tallyline.testing.PostgresServer.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of {@code bench/}, which reads the hub's outbox, on a JVM with the hub's options. */
class Peer implements Contender {
  private static final Path FOLDER = Path.of("bench");

  private final String name;
  private final String what;
  private final String module;
  private final String mainClass;
  private final boolean stages;
  private final List<String> arguments;

  Peer(
      String name,
      String what,
      String module,
      String mainClass,
      boolean stages,
      String... arguments) {
    this.name = name;
    this.what = what;
    this.module = module;
    this.mainClass = mainClass;
    this.stages = stages;
    this.arguments = List.of(arguments);
  }

  static Peer handwritten() {
    return handwritten(
        Report.REFERENCE,
        "JDBC and the RabbitMQ client, the hub's guarantees for sales, LISTEN/NOTIFY");
  }

  static Peer announcing() {
    return handwritten(
        "hand-written announcing",
        "the same, and every journal is announced by an outbox of finance's own, as by the hub",
        "--announce=yes");
  }

  private static Peer handwritten(String name, String what, String... arguments) {
    return new Peer(
        name, what, "handwritten", "io.tallyline.bench.handwritten.Handwritten", true, arguments);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String what() {
    return what;
  }

  @Override
  public boolean hasStages() {
    return stages;
  }

  @Override
  public Program start(Site site, String part) {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx2g",
                "-XX:+UseG1GC",
                "-Dfile.encoding=UTF-8",
                "-cp",
                classPath(),
                mainClass,
                "--roles=" + part,
                "--rabbit-host=" + site.rabbit().host(),
                "--rabbit-port=" + site.rabbit().port(),
                "--rabbit-virtual-host=" + site.virtualHost(),
                "--rabbit-user=" + site.rabbit().username(),
                "--rabbit-password=" + site.rabbit().password()));
    addDatabase(command, "inventory", site.inventory(), inventoryLogin(site.inventory()));
    Database finance = site.finance();
    addDatabase(command, "finance", finance, new Login(finance.user(), finance.password()));
    command.addAll(arguments);
    return Program.start(name, command, "ready");
  }

  /** Who it comes to a database as. */
  record Login(String user, String password) {}

  /** To the inventory's; the runtime role, if nothing else is needed. */
  Login inventoryLogin(Database inventory) {
    return new Login(inventory.user(), inventory.password());
  }

  private static void addDatabase(
      List<String> command, String prefix, Database database, Login login) {
    command.add("--" + prefix + "-url=" + database.url());
    command.add("--" + prefix + "-user=" + login.user());
    command.add("--" + prefix + "-password=" + login.password());
  }

  private String classPath() {
    Path target = FOLDER.resolve(module).resolve("target");
    try {
      return target.resolve("classes") + ":" + Files.readString(target.resolve("classpath"));
    } catch (IOException notBuilt) {
      throw new UncheckedIOException("bench/" + module + " is not built", notBuilt);
    }
  }
}
