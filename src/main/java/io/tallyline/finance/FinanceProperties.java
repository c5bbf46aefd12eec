package io.tallyline.finance;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the journal writer.
 *
 * @param retryDelay how long a batch waits before it is tried again while the database is away
 */
@Validated
@ConfigurationProperties("hub.finance")
public record FinanceProperties(@DefaultValue("1s") Duration retryDelay) {}
