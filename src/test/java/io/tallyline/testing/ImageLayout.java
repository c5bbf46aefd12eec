package io.tallyline.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/**
 * The files, environment and command of an image, as its Dockerfile says, below a folder instead of
 * in a container: enough to run the image's process as its user on a tree that it cannot write to.
 * Understands the instructions that {@code docker/Dockerfile} uses; of RUN only the exec form, as
 * the other form prepares the operating system.
 */
public final class ImageLayout {
  private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern PLACE = Pattern.compile("(?<=^|[:=])/");

  private final Path project;
  private final Path folder;
  private final Map<String, Stage> stages = new LinkedHashMap<>();
  private Stage current;

  private ImageLayout(Path project, Path folder) {
    this.project = project;
    this.folder = folder;
  }

  private static final class Stage {
    private final Path root;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private List<String> entryPoint = List.of();
    private List<String> command = List.of();
    private String user = "";
    private String directory = "/";

    private Stage(Path root) {
      this.root = root;
    }
  }

  /**
   * @param project the build context
   * @param folder empty; others may enter it
   */
  public static ImageLayout build(Path project, Path dockerfile, Path folder)
      throws IOException, InterruptedException {
    var layout = new ImageLayout(project, folder);
    String text =
        Files.readString(dockerfile).replaceAll("(?m)^\\s*#.*\\R", "").replaceAll("\\\\\\R", " ");
    for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
      String[] parts = line.strip().split("\\s+", 2);
      layout.instruction(parts[0], parts[1]);
    }
    return layout;
  }

  private void instruction(String name, String rest) throws IOException, InterruptedException {
    switch (name) {
      case "FROM" -> from(rest.split("\\s+"));
      case "WORKDIR" -> {
        current.directory = rest;
        Files.createDirectories(inImage(rest));
      }
      case "COPY" -> copy(rest.split("\\s+"));
      case "RUN" -> {
        if (rest.startsWith("[")) {
          run(words(rest));
        }
      }
      case "ENV" -> {
        for (String pair : rest.strip().split("\\s+")) {
          String[] parts = pair.split("=", 2);
          current.environment.put(parts[0], parts[1]);
        }
      }
      case "USER" -> current.user = rest;
      case "ENTRYPOINT" -> current.entryPoint = words(rest);
      case "CMD" -> current.command = words(rest);
      case "ARG", "LABEL", "EXPOSE", "VOLUME", "STOPSIGNAL", "HEALTHCHECK" -> {}
      default -> throw new IllegalStateException("not understood: " + name + " " + rest);
    }
  }

  /** {@code FROM image AS stage}; an image that is no earlier stage is an empty tree. */
  private void from(String[] words) throws IOException {
    Stage base = stages.get(words[0]);
    current = new Stage(Files.createDirectories(folder.resolve(words[2])));
    stages.put(words[2], current);
    if (base != null) {
      FileSystemUtils.copyRecursively(base.root, current.root);
      current.environment.putAll(base.environment);
      current.entryPoint = base.entryPoint;
      current.command = base.command;
      current.user = base.user;
      current.directory = base.directory;
    }
  }

  private void copy(String[] words) throws IOException {
    Path context = project;
    Optional<String> mode = Optional.empty();
    List<String> files = new ArrayList<>();
    for (String word : words) {
      if (word.startsWith("--from=")) {
        context = stages.get(word.substring("--from=".length())).root;
      } else if (word.startsWith("--chmod=")) {
        mode = Optional.of(word.substring("--chmod=".length()));
      } else {
        files.add(word);
      }
    }
    Path source = context.resolve(files.get(0).replaceFirst("^/", ""));
    Path target = inImage(files.get(1));
    if (Files.isDirectory(source)) {
      FileSystemUtils.copyRecursively(source, target);
    } else {
      Path file =
          files.get(1).endsWith("/") ? target.resolve(source.getFileName().toString()) : target;
      Files.createDirectories(file.getParent());
      Files.copy(source, file);
      if (mode.isPresent()) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-xr-x"));
      }
    }
  }

  private void run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(withJava(command))
            .directory(inImage(".").toFile())
            .inheritIO()
            .redirectErrorStream(true)
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command + " ended with " + process.exitValue());
    }
  }

  private Path inImage(String path) {
    return path.startsWith("/")
        ? current.root.resolve(path.substring(1))
        : current.root.resolve(current.directory.substring(1)).resolve(path).normalize();
  }

  private static List<String> words(String array) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(array);
    while (word.find()) {
      words.add(word.group(1));
    }
    return words;
  }

  private static List<String> withJava(List<String> command) {
    return Stream.concat(
            Stream.of(System.getProperty("java.home") + "/bin/java"), command.stream().skip(1))
        .toList();
  }

  /** A file or folder of a stage. */
  public Path path(String stage, String path) {
    return stages.get(stage).root.resolve(path.substring(1));
  }

  /**
   * The process of a stage as its user, with a volume at {@code /data}; everything else belongs to
   * somebody else. Who is not root cannot become that user, and stays who he is.
   *
   * @param environment added to the image's
   * @param words instead of the image's CMD, if there are any
   */
  public Process start(String stage, File output, Map<String, String> environment, String... words)
      throws IOException, InterruptedException {
    Stage image = stages.get(stage);
    Path data = Files.createDirectories(image.root.resolve("data"));
    readOnlyButFor(image.root, data);
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      String[] ids = image.user.split(":");
      command.addAll(List.of("setpriv", "--reuid=" + ids[0], "--regid=" + ids[1]));
      command.addAll(List.of("--clear-groups", "--no-new-privs", "--bounding-set=-all"));
      wait(new ProcessBuilder("chown", image.user, data.toString()).start());
    }
    for (String word : withJava(image.entryPoint)) {
      command.add(word.startsWith(System.getProperty("java.home")) ? word : below(image, word));
    }
    command.addAll(words.length == 0 ? image.command : List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(image.root.resolve(image.directory.substring(1)).toFile())
            .redirectErrorStream(true)
            .redirectOutput(output)
            .redirectInput(new File("/dev/null"));
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv("PATH"));
    image.environment.forEach(
        (name, value) -> builder.environment().put(name, below(image, value)));
    // As with every hub of the tests: it lives too briefly for the second compiler.
    builder.environment().put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String below(Stage image, String text) {
    return PLACE.matcher(text).replaceAll(Matcher.quoteReplacement(image.root + "/"));
  }

  private static void readOnlyButFor(Path root, Path data) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(path -> !path.startsWith(data)).toList()) {
        boolean folder = Files.isDirectory(file) || Files.isExecutable(file);
        Files.setPosixFilePermissions(
            file, PosixFilePermissions.fromString(folder ? "r-xr-xr-x" : "r--r--r--"));
      }
    }
  }

  private static void wait(Process process) throws InterruptedException {
    if (process.waitFor() != 0) {
      throw new IllegalStateException("chown ended with " + process.exitValue());
    }
  }

  /** Lets the folder be deleted again. */
  public void release() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isDirectory).toList()) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }
}
