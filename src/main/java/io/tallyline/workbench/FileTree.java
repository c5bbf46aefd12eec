package io.tallyline.workbench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The files below some folders at one moment. Compared with a later moment it tells what was
 * edited, whatever way an editor saves, on every file system, folders that came and went included.
 *
 * @param files by path, with what changes when a file is saved
 */
record FileTree(Map<Path, Stamp> files) {
  private static final int DEEPEST = 12;
  private static final int MOST_FILES = 20_000;

  /** Changes with every save. */
  record Stamp(long modified, long size, String key) {}

  /** Folders that are not there have no files. */
  static FileTree of(Iterable<Path> folders) {
    Map<Path, Stamp> files = new TreeMap<>();
    for (Path folder : folders) {
      add(folder, files);
    }
    return new FileTree(files);
  }

  private static void add(Path folder, Map<Path, Stamp> files) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> found =
        Files.find(folder, DEEPEST, (path, attributes) -> attributes.isRegularFile())) {
      found.limit(MOST_FILES).forEach(file -> stamp(file, files));
    } catch (IOException | UncheckedIOException changing) {
      // A folder that goes away while it is read is seen as gone the next time.
      return;
    }
  }

  private static void stamp(Path file, Map<Path, Stamp> files) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      files.put(
          file,
          new Stamp(
              attributes.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
              attributes.size(),
              String.valueOf(attributes.fileKey())));
    } catch (IOException gone) {
      files.remove(file);
    }
  }

  /** Files that are there and were not, or were another. */
  SortedSet<Path> editedSince(FileTree before) {
    SortedSet<Path> edited = new TreeSet<>();
    files.forEach(
        (file, stamp) -> {
          if (!stamp.equals(before.files().get(file))) {
            edited.add(file);
          }
        });
    return edited;
  }

  /** Files that were there and are not. */
  SortedSet<Path> goneSince(FileTree before) {
    SortedSet<Path> gone = new TreeSet<>(before.files().keySet());
    gone.removeAll(files.keySet());
    return gone;
  }
}
