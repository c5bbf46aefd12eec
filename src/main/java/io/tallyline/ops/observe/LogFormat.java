package io.tallyline.ops.observe;

import io.tallyline.contracts.StartRefused;
import java.util.Set;
import org.springframework.core.env.Environment;

/** The setting that chooses how lines look; read before the first line is written. */
public final class LogFormat {
  private static final String SETTING = "hub.log.format";
  private static final Set<String> KNOWN = Set.of("text", "ecs");

  private LogFormat() {}

  /**
   * @throws StartRefused OPS-160 if it is none of those there are: nothing would be logged at all
   */
  public static void check(Environment environment) {
    String format = environment.getProperty(SETTING, "text");
    if (!KNOWN.contains(format)) {
      throw new StartRefused(
          "OPS-160",
          "%s is '%s'; choose text, for people, or ecs, which is JSON for a log store."
              .formatted(SETTING, format));
    }
  }
}
