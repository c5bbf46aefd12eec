package io.tallyline.ops.security;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * What one HTTP request may ask for; threads, connections and headers are bounded by {@code
 * server.*}.
 *
 * @param maxBodySize largest body of a request
 * @param maxPageSize most entries that one answer of the HTTP API lists
 */
@ConfigurationProperties("hub.http")
public record HttpProperties(
    @DefaultValue("1MB") DataSize maxBodySize, @DefaultValue("200") int maxPageSize) {
  public HttpProperties {
    Assert.isTrue(
        maxBodySize.toBytes() >= 1_024 && maxBodySize.toMegabytes() <= 64,
        () -> "hub.http.max-body-size must be 1KB to 64MB: " + maxBodySize);
    Assert.isTrue(
        maxPageSize >= 1 && maxPageSize <= 10_000,
        () -> "hub.http.max-page-size must be 1 to 10000: " + maxPageSize);
  }

  /** The size of a page that somebody asked for, or the largest there is. */
  public int pageSize(int wanted) {
    return Math.max(1, Math.min(wanted, maxPageSize));
  }
}
