package io.tallyline.audit;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Settings of the audit.
 *
 * @param keyFile the key that entries are chained with; made at the first start, and the same for
 *     every hub on the same database
 * @param headInterval how often the newest entry's number and hash are logged, so that a cut tail
 *     can be told
 */
@ConfigurationProperties("hub.audit")
public record AuditProperties(
    @DefaultValue("data/audit.key") Path keyFile, @DefaultValue("1h") Duration headInterval) {
  public AuditProperties {
    Assert.isTrue(
        headInterval.toMillis() > 0,
        () -> "hub.audit.head-interval must be at least 1 ms: " + headInterval);
  }
}
