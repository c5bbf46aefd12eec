package io.tallyline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A copy of one of the project's folders, for a test to edit. */
public final class CopiedTree {
  private CopiedTree() {}

  /** Copies a folder of the project, {@code routes} say, below another; returns the copy. */
  public static Path of(String tree, Path below) {
    Path copy = below.resolve(tree);
    try (Stream<Path> files = Files.walk(Path.of(tree))) {
      for (Path file : files.toList()) {
        Path target = copy.resolve(Path.of(tree).relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return copy;
  }
}
