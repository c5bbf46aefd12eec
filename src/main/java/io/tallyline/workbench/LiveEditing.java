package io.tallyline.workbench;

import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.FollowsMappings;
import io.tallyline.mapping.Mappings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.camel.CamelContext;
import org.apache.camel.model.RouteDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Brings edited routes, mappings and schemas into the running process. Whatever is wrong in an edit
 * leaves what runs as it was, and is said; once the file is right it is taken. Files may be saved
 * in any order: what waits for another file is tried again with every change.
 */
public final class LiveEditing {
  private static final Logger log = LoggerFactory.getLogger(LiveEditing.class);

  private final Path mappings;
  private final List<Path> routeFolders;
  private final Duration interval;
  private final LiveRoutes routes;
  private final CheckFiles checkFiles;
  private final List<FollowsMappings> followers;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            var thread = new Thread(task, "live-editing");
            thread.setDaemon(true);
            return thread;
          });
  private final Set<Path> waiting = new TreeSet<>();
  private final Set<Path> goneButNeeded = new TreeSet<>();
  private FileTree applied = new FileTree(java.util.Map.of());
  private FileTree seen = applied;

  /**
   * @param project what is edited
   * @param routeFolders the folders whose route files this process runs
   * @param interval between two looks; what changed is taken when it has been still for one
   * @param needed ids of routes without which this process would carry nothing
   * @param check throws for a route that must not run
   */
  public LiveEditing(
      CamelContext camel,
      Project project,
      List<Path> routeFolders,
      Duration interval,
      Set<String> needed,
      BiConsumer<CamelContext, RouteDefinition> check,
      List<FollowsMappings> followers) {
    this.mappings = project.mappings();
    this.checkFiles = new CheckFiles(project);
    this.routeFolders = List.copyOf(routeFolders);
    this.interval = interval;
    this.routes = new LiveRoutes(camel, needed, check);
    this.followers = List.copyOf(followers);
  }

  /**
   * Begins when everything runs. Not as a Spring lifecycle: that would start Camel without routes.
   */
  @EventListener(ApplicationReadyEvent.class)
  public void start() {
    applied = look();
    seen = applied;
    routes.adopt(routeFiles(applied.files().keySet()));
    timer.scheduleWithFixedDelay(
        this::lookAgain, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    log.info("Edits below {} and {} are taken while the hub runs.", routeFolders, mappings);
  }

  /** First of all: a route that is being replaced must not meet a Camel that stops. */
  @EventListener(ContextClosedEvent.class)
  public void stop() {
    timer.shutdown();
    try {
      if (!timer.awaitTermination(10, TimeUnit.SECONDS)) {
        timer.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      timer.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private FileTree look() {
    List<Path> folders = new ArrayList<>(routeFolders);
    folders.add(mappings);
    return FileTree.of(folders);
  }

  private void lookAgain() {
    try {
      FileTree now = look();
      boolean still = now.equals(seen);
      seen = now;
      if (still && !now.equals(applied)) {
        FileTree before = applied;
        applied = now;
        apply(now, before);
      }
    } catch (Throwable unexpected) {
      // It must go on: the next save may be right.
      log.error("WRK-305 an edit could not be taken; everything runs as before.", unexpected);
    }
  }

  private void apply(FileTree now, FileTree before) {
    Set<Path> edited = now.editedSince(before);
    Set<Path> gone = new TreeSet<>(routeFiles(now.goneSince(before)));
    if (concernsMappings(edited) || concernsMappings(now.goneSince(before))) {
      takeMappings();
    }
    Set<Path> files = routeFiles(edited);
    files.addAll(waiting);
    waiting.clear();
    files.removeIf(file -> !now.files().containsKey(file));
    gone.addAll(goneButNeeded);
    goneButNeeded.clear();
    gone.removeIf(file -> now.files().containsKey(file));
    files.forEach(file -> take(file, gone));
    gone.forEach(this::end);
  }

  private void takeMappings() {
    Set<String> kept = new LinkedHashSet<>();
    try {
      Mappings fresh = Mappings.open(mappings);
      for (FollowsMappings follower : followers) {
        for (StartRefused broken : follower.use(fresh)) {
          kept.add(broken.getMessage());
        }
      }
    } catch (StartRefused broken) {
      kept.add(broken.getMessage());
    }
    if (kept.isEmpty()) {
      log.info("Mappings and schemas are taken as edited.");
    }
    kept.forEach(why -> log.warn("Kept as it was: {}", why));
  }

  private void take(Path file, Set<Path> gone) {
    long started = System.nanoTime();
    try {
      List<Finding> findings = checkFiles.checkRoute(file);
      if (!findings.isEmpty()) {
        waiting.add(file);
        findings.forEach(finding -> log.warn("Not taken, what ran before goes on: {}", finding));
        return;
      }
      Set<String> ids = routes.load(file, gone);
      if (!ids.isEmpty()) {
        log.info(
            "{} is taken as edited: {} ({} ms).",
            shown(file),
            String.join(", ", ids),
            (System.nanoTime() - started) / 1_000_000);
      }
    } catch (Exception | LinkageError wrong) {
      waiting.add(file);
      log.warn("Not taken, what ran before goes on: {} {}", shown(file), sentence(wrong));
    }
  }

  private void end(Path file) {
    try {
      Set<String> ids = routes.end(file);
      if (!ids.isEmpty()) {
        log.info("{} is gone: {} ended.", shown(file), String.join(", ", ids));
      }
    } catch (StartRefused needed) {
      goneButNeeded.add(file);
      log.warn("{}", needed.getMessage());
    } catch (Exception failed) {
      goneButNeeded.add(file);
      log.warn("{} is gone, but its routes did not end: {}", shown(file), sentence(failed));
    }
  }

  private boolean concernsMappings(Set<Path> files) {
    return files.stream().anyMatch(file -> file.startsWith(mappings));
  }

  private Set<Path> routeFiles(Set<Path> files) {
    Set<Path> found = new TreeSet<>();
    for (Path file : files) {
      boolean route = routeFolders.stream().anyMatch(file::startsWith);
      if (route && file.getFileName().toString().endsWith(RouteFiles.SUFFIX)) {
        found.add(file);
      }
    }
    return found;
  }

  private static String shown(Path file) {
    int names = file.getNameCount();
    return file.subpath(Math.max(0, names - 3), names).toString().replace('\\', '/');
  }

  /** The innermost cause says what is wrong; those around it say where Camel was. */
  private static String sentence(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && cause.getCause() != cause
        && !(cause instanceof StartRefused)) {
      cause = cause.getCause();
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return message.lines().limit(6).map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
  }
}
