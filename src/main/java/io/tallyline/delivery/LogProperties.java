package io.tallyline.delivery;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * What the log shows: {@code hub.log.*}.
 *
 * @param format {@code text} for people at a terminal, {@code ecs} for a log store (Elastic Common
 *     Schema, JSON, a line each)
 * @param failedPayloads whether the payload of a message that failed for good is logged too; it is
 *     in the dead letter in any case
 * @param maskedFields fields whose values such a payload shows as {@code ***}, at any depth, in any
 *     case
 * @param longestPayload most characters of a logged payload
 */
@ConfigurationProperties("hub.log")
public record LogProperties(
    @DefaultValue("text") String format,
    @DefaultValue("false") boolean failedPayloads,
    @DefaultValue({"customerId", "vendorId"}) List<String> maskedFields,
    @DefaultValue("16KB") DataSize longestPayload) {
  public LogProperties {
    Assert.isTrue(
        longestPayload.toBytes() >= 16 && longestPayload.toBytes() <= 1024 * 1024,
        () -> "hub.log.longest-payload must be 16B to 1MB: " + longestPayload);
  }
}
