package io.tallyline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Edits files as an editor does: a save replaces the file at once. */
public final class Edits {
  private Edits() {}

  /** Replaces a text that must be there. */
  public static void replace(Path file, String from, String to) {
    try {
      String text = Files.readString(file);
      if (!text.contains(from)) {
        throw new IllegalArgumentException(file + " has no " + from);
      }
      save(file, text.replace(from, to));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public static void save(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Path written = Files.writeString(file.resolveSibling("." + file.getFileName() + "~"), text);
      Files.move(
          written, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
