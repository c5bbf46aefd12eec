package io.tallyline.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every save is noticed, wherever below the folders. */
class WatchFilesTest {
  @TempDir Path root;

  @Test
  void notices_a_save_a_new_folder_and_a_save_in_it() throws Exception {
    Path folder = Files.createDirectories(root.resolve("inventory"));
    try (WatchFiles files = new WatchFiles(List.of(root))) {
      Files.writeString(folder.resolve("a.jslt"), "1");
      assertThat(next(files)).isTrue();

      Path made = Files.createDirectories(folder.resolve("sale/v1"));
      assertThat(next(files)).isTrue();

      Files.writeString(made.resolve("b.jslt"), "2");
      assertThat(next(files)).isTrue();
    }
  }

  @Test
  void ends_when_it_is_closed() throws Exception {
    WatchFiles files = new WatchFiles(List.of(root));
    CompletableFuture<Boolean> waiting = async(files);

    files.close();

    assertThat(waiting.get(30, TimeUnit.SECONDS)).isFalse();
  }

  private static boolean next(WatchFiles files) throws Exception {
    return async(files).get(30, TimeUnit.SECONDS);
  }

  private static CompletableFuture<Boolean> async(WatchFiles files) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return files.awaitChange();
          } catch (Exception failure) {
            throw new IllegalStateException(failure);
          }
        });
  }
}
