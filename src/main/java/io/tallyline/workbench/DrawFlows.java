package io.tallyline.workbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Pictures of all flows, from the route files and the table in routes/README.md. */
public final class DrawFlows {
  /**
   * Begins what is drawn, so that a picture whose route has gone can be told from others' files.
   */
  static final String MARK = "Drawn by ./hub flows";

  private static final String PAGE = "flows.md";
  private static final String FOLDER = "flows";

  private final Map<String, String> files;
  private final List<Finding> findings;

  private DrawFlows(Map<String, String> files, List<Finding> findings) {
    this.files = files;
    this.findings = findings;
  }

  /**
   * Draws the flows of a folder, without writing anything.
   *
   * @param routes the folder of the route files
   */
  public static DrawFlows of(Path routes) {
    Findings findings = new Findings();
    Flows flows = Flows.read(routes, findings);
    Map<String, String> files = new TreeMap<>();
    for (Flow flow : flows.all()) {
      files.put(FOLDER + "/" + flow.name() + ".svg", FlowPicture.of(flows, flow));
    }
    files.put(FOLDER + "/overview.svg", OverviewPicture.of(flows));
    files.put(PAGE, FlowsPage.of(flows));
    return new DrawFlows(files, findings.checked().findings());
  }

  /** What is wrong in the files it read; then its pictures are not complete. */
  public List<Finding> findings() {
    return findings;
  }

  /** Each file's text, by its path below the folder of the docs. */
  public Map<String, String> files() {
    return Map.copyOf(files);
  }

  /**
   * Files that are missing, differ, or whose route is gone.
   *
   * @param docs the folder of the docs
   * @return paths below that folder, sorted
   */
  public List<String> outdated(Path docs) throws IOException {
    List<String> outdated = new ArrayList<>();
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = docs.resolve(file.getKey());
      if (!Files.exists(path) || !Files.readString(path).equals(file.getValue())) {
        outdated.add(file.getKey());
      }
    }
    outdated.addAll(gone(docs));
    return outdated.stream().sorted().toList();
  }

  /**
   * Writes what is outdated and deletes pictures whose route is gone.
   *
   * @return what changed, as {@link #outdated}
   */
  public List<String> write(Path docs) throws IOException {
    List<String> outdated = outdated(docs);
    Files.createDirectories(docs.resolve(FOLDER));
    for (String name : outdated) {
      Path path = docs.resolve(name);
      String text = files.get(name);
      if (text == null) {
        Files.delete(path);
      } else {
        Files.writeString(path, text);
      }
    }
    return outdated;
  }

  private List<String> gone(Path docs) throws IOException {
    Path folder = docs.resolve(FOLDER);
    List<String> gone = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return gone;
    }
    try (Stream<Path> pictures = Files.list(folder)) {
      for (Path picture : pictures.filter(path -> path.toString().endsWith(".svg")).toList()) {
        String name = FOLDER + "/" + picture.getFileName();
        if (!files.containsKey(name) && Files.readString(picture).contains(MARK)) {
          gone.add(name);
        }
      }
    }
    return gone;
  }
}
