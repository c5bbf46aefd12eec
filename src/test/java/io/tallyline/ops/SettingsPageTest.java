package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingsPageTest {
  @Test
  void the_page_is_what_the_code_says() throws IOException {
    assertThat(Files.readString(Path.of("src/docs/settings.md")))
        .as("write it again with ./hub settings --write")
        .isEqualTo(SettingsPage.text());
  }

  @Test
  void every_setting_says_what_it_means() {
    assertThat(Setting.known()).isNotEmpty();
    assertThat(Setting.known())
        .allSatisfy(setting -> assertThat(setting.description()).as(setting.name()).isNotBlank());
  }

  @Test
  void what_the_hub_derives_is_not_offered() {
    String page = SettingsPage.text();

    assertThat(page).contains("| `hub.relay.poll-interval` | Duration | `1s` |");
    assertThat(page).doesNotContain("poll-interval-millis").doesNotContain("hub.serving");
  }

  @Test
  void defaults_are_the_ones_that_are_bound() {
    assertThat(Setting.everywhere().get("hub.delivery.ladder"))
        .isEqualTo(
            new Setting(
                "hub.delivery.ladder",
                "list of Duration",
                "1s, 11s, 31s, 71s, 151s, 5m, 15m, 30m",
                Setting.everywhere().get("hub.delivery.ladder").description()));
  }
}
