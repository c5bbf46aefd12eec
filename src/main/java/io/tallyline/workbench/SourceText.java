package io.tallyline.workbench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a file that a person edits. */
final class SourceText {
  private static final long LARGEST = 4 * 1024 * 1024;

  private SourceText() {}

  /** Its text; empty with a finding if it cannot be read as UTF-8. */
  static Optional<String> read(Path file, String shown, Findings findings) {
    try {
      if (Files.size(file) > LARGEST) {
        findings.add(shown, 0, 0, "WRK-001", "the file is larger than 4 MiB", "Make it smaller");
        return Optional.empty();
      }
      byte[] bytes = Files.readAllBytes(file);
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException notUtf8) {
      findings.add(shown, 0, 0, "WRK-001", "the file is not UTF-8", "Save it as UTF-8");
    } catch (IOException unreadable) {
      findings.add(
          shown, 0, 0, "WRK-001", "the file cannot be read", "Make it readable, or delete it");
    }
    return Optional.empty();
  }
}
