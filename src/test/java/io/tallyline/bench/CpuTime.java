package io.tallyline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What processes have used, from Linux's {@code /proc}. */
final class CpuTime {
  private static final double TICKS_A_SECOND = 100;
  // Fields of /proc/<pid>/stat, counted after the program's name in brackets.
  private static final int USER = 11;
  private static final int SYSTEM = 12;
  private static final int USER_OF_ENDED_CHILDREN = 13;
  private static final int SYSTEM_OF_ENDED_CHILDREN = 14;

  private CpuTime() {}

  /** CPU seconds of a process, its living children and those that it has seen ending. */
  static double seconds(ProcessHandle root) {
    return Stream.concat(Stream.of(root), root.descendants()).mapToLong(CpuTime::ticks).sum()
        / TICKS_A_SECOND;
  }

  private static long ticks(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[USER])
          + Long.parseLong(fields[SYSTEM])
          + Long.parseLong(fields[USER_OF_ENDED_CHILDREN])
          + Long.parseLong(fields[SYSTEM_OF_ENDED_CHILDREN]);
    } catch (IOException ended) {
      return 0; // its parent has counted it
    }
  }

  /** The most memory that a process ever had resident, in MiB. */
  static double peakMebibytes(ProcessHandle process) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
              .filter(line -> line.startsWith("VmHWM:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
              .findFirst()
              .orElse(0)
          / 1_024.0;
    } catch (IOException ended) {
      return 0;
    }
  }
}
