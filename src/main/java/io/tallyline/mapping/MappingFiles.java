package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The files below the mappings folder and nothing outside it, links included. */
final class MappingFiles {
  private static final long LARGEST_FILE = 1_048_576;

  private final Path root;

  MappingFiles(Path root) {
    try {
      this.root = root.toRealPath();
    } catch (IOException missing) {
      throw new StartRefused(
          "MAP-001",
          "the mappings folder "
              + root.toAbsolutePath()
              + " does not exist or cannot be read; set hub.mappings-directory or start in the"
              + " project's folder",
          missing);
    }
    if (!Files.isDirectory(this.root)) {
      throw new StartRefused("MAP-001", "the mappings folder " + this.root + " is not a folder");
    }
  }

  /**
   * @param file relative to the root, with forward slashes
   */
  String read(String file) {
    Path path = locate(file);
    try {
      if (Files.size(path) > LARGEST_FILE) {
        throw new StartRefused(
            "MAP-002", shown(file) + " is larger than 1 MiB; a mapping or schema never is");
      }
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Files.readAllBytes(path)))
          .toString();
    } catch (CharacterCodingException notUtf8) {
      throw new StartRefused("MAP-002", shown(file) + " is not UTF-8; save it as UTF-8", notUtf8);
    } catch (IOException unreadable) {
      throw new StartRefused("MAP-002", shown(file) + " cannot be read", unreadable);
    }
  }

  JsonNode readJson(String file) {
    try {
      return StrictJson.parse(read(file));
    } catch (Rejected broken) {
      throw new StartRefused(
          "MAP-005", shown(file) + " is no JSON schema: " + broken.getMessage().substring(8));
    }
  }

  /** {@code ../types.schema.json} as seen from a file, again relative to the root. */
  String resolve(String from, String reference) {
    if (reference.contains(":") || reference.startsWith("/") || reference.contains("\\")) {
      throw new StartRefused(
          "MAP-005",
          shown(from)
              + ": $ref \""
              + reference
              + "\" is not a relative path; schemas are read"
              + " from the mappings folder only, never from the network");
    }
    try {
      Path target = Path.of("/" + from).resolveSibling(reference).normalize();
      int up = 0;
      int depth = Path.of(from).getNameCount() - 1;
      for (Path part : Path.of(reference)) {
        up += part.toString().equals("..") ? 1 : 0;
      }
      if (up > depth) {
        throw outside(reference);
      }
      return target.toString().substring(1);
    } catch (InvalidPathException wrong) {
      throw outside(reference);
    }
  }

  private Path locate(String file) {
    try {
      Path relative = Path.of(file);
      boolean climbs = relative.isAbsolute() || file.isEmpty();
      for (Path part : relative) {
        climbs |= part.toString().equals("..") || part.toString().equals(".");
      }
      if (climbs) {
        throw outside(file);
      }
      Path path = root.resolve(relative);
      if (!Files.isRegularFile(path)) {
        throw new StartRefused(
            "MAP-002", shown(file) + " is missing; create it or correct the name that leads to it");
      }
      if (!path.toRealPath().startsWith(root)) {
        throw outside(file);
      }
      return path;
    } catch (IOException | InvalidPathException unreadable) {
      throw outside(file);
    }
  }

  private static StartRefused outside(String file) {
    return new StartRefused(
        "MAP-002",
        "'"
            + Shown.text(file, 200)
            + "' is no path below the mappings folder; name it without"
            + " '..' or a leading '/'");
  }

  static String shown(String file) {
    return "mappings/" + file;
  }
}
