package io.tallyline.workbench;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Settings of live editing.
 *
 * @param reload whether edits of routes, mappings and schemas are taken while the hub runs
 * @param reloadInterval between two looks at the files
 */
@ConfigurationProperties("hub.workbench")
public record WorkbenchProperties(
    @DefaultValue("false") boolean reload, @DefaultValue("250ms") Duration reloadInterval) {
  public WorkbenchProperties {
    Assert.isTrue(
        reloadInterval.toMillis() >= 50 && reloadInterval.toMinutes() < 60,
        () -> "hub.workbench.reload-interval must be 50ms to 1h: " + reloadInterval);
  }
}
