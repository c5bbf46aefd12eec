package io.tallyline.ops;

import java.io.PrintStream;
import java.util.Locale;

/** A progress bar for a person at a terminal; a line now and then where the output is a file. */
final class Progress {
  private static final int WIDTH = 30;
  private static final long TERMINAL_NANOS = 100_000_000L;
  private static final long FILE_NANOS = 5_000_000_000L;

  private final PrintStream out;
  private final String what;
  private final boolean terminal;
  private long lastShown;
  private boolean open;

  Progress(PrintStream out, String what) {
    this.out = out;
    this.what = what;
    this.terminal = System.console() != null;
    this.lastShown = System.nanoTime();
  }

  /** Shows the state if some time has passed since it was last shown. */
  void show(long done, long all) {
    long now = System.nanoTime();
    if (now - lastShown >= (terminal ? TERMINAL_NANOS : FILE_NANOS)) {
      lastShown = now;
      print(done, all);
    }
  }

  /** Shows the last state and ends the line. */
  void end(long done, long all) {
    if (terminal || open) {
      print(done, all);
    }
    if (open) {
      out.println();
      open = false;
    }
  }

  private void print(long done, long all) {
    int filled = all == 0 ? WIDTH : (int) Math.min(WIDTH, done * WIDTH / all);
    String line =
        String.format(
            Locale.ROOT,
            "%s [%s%s] %,d of %,d",
            what,
            "#".repeat(filled),
            ".".repeat(WIDTH - filled),
            done,
            all);
    if (terminal) {
      out.print("\r" + line);
      open = true;
    } else {
      out.println(line);
    }
    out.flush();
  }
}
