package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import java.util.List;

/** Settings given after a command, {@code --name=value}, handed on to Spring. */
final class Settings {
  private static final String FORM = "--[a-z][A-Za-z0-9-]*([.][A-Za-z0-9-]+|\\[[^]]*])+=(?s:.*)";

  private Settings() {}

  /**
   * The words that a command did not know, if every one is a setting.
   *
   * @throws StartRefused OPS-031 if a word is neither an option nor a setting
   */
  static String[] of(List<String> words) {
    for (String word : words) {
      if (!word.matches(FORM)) {
        throw new StartRefused(
            "OPS-031",
            "'%s' is neither an option (see --help) nor a setting of the form --name=value."
                .formatted(word));
      }
    }
    return words.toArray(String[]::new);
  }
}
