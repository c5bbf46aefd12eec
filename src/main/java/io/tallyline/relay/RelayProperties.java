package io.tallyline.relay;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the relay, the same for every outbox.
 *
 * @param batchSize most rows that one transaction claims
 * @param batchBytes most payload bytes that one transaction claims; a single larger row still goes
 * @param pollInterval how often the outbox is looked at when no notification arrives
 * @param retryDelay how long the relay rests after a failed batch
 * @param stalledTransactionTimeout after this long in one transaction, for example because the
 *     process was frozen, the database ends it and another relay takes over
 * @param watchInterval how often the outbox and the queue erp.unrouted are looked at
 * @param watchTimeout longest time of one look at the outbox
 * @param backlogExact most rows that a look counts; beyond them it tells the span of {@code seq}
 */
@Validated
@ConfigurationProperties("hub.relay")
public record RelayProperties(
    @DefaultValue("1000") @Min(1) @Max(10_000) int batchSize,
    @DefaultValue("16MB") DataSize batchBytes,
    @DefaultValue("1s") Duration pollInterval,
    @DefaultValue("1s") Duration retryDelay,
    @DefaultValue("60s") Duration stalledTransactionTimeout,
    @DefaultValue("10s") Duration watchInterval,
    @DefaultValue("5s") Duration watchTimeout,
    @DefaultValue("100000") @Min(1) @Max(10_000_000) int backlogExact) {}
