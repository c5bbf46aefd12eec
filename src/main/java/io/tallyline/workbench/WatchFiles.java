package io.tallyline.workbench;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Waits for changes of the files below some folders, new folders included. */
public final class WatchFiles implements AutoCloseable {
  /** Editors save in several steps: what follows within this time is one change. */
  private static final Duration QUIET = Duration.ofMillis(150);

  private final WatchService watch;
  private final List<Path> roots;

  public WatchFiles(List<Path> roots) throws IOException {
    this.roots = List.copyOf(roots);
    this.watch = roots.get(0).getFileSystem().newWatchService();
    registerAll();
  }

  /**
   * Returns once something has changed and nothing has for a moment.
   *
   * @return false if this was closed meanwhile
   */
  public boolean awaitChange() throws IOException, InterruptedException {
    try {
      WatchKey changed = watch.take();
      while (changed != null) {
        changed.pollEvents();
        changed.reset();
        changed = watch.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS);
      }
      // A folder that was made meanwhile has to be watched too; one already watched stays so.
      registerAll();
      return true;
    } catch (ClosedWatchServiceException closed) {
      return false;
    }
  }

  private void registerAll() throws IOException {
    for (Path root : roots) {
      for (Path folder : CheckMappings.walk(root)) {
        if (Files.isDirectory(folder)) {
          folder.register(
              watch,
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_DELETE);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    watch.close();
  }
}
