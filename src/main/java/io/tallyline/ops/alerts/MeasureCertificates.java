package io.tallyline.ops.alerts;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundles;

/**
 * How long certificates are still good: those of Spring's SSL bundles (the hub's own chains and the
 * authorities it trusts), and those that the broker and the databases present.
 */
final class MeasureCertificates implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(MeasureCertificates.class);

  private final SslBundles bundles;
  private final List<PeerCertificate> peers;
  private final InstantSource clock;
  private final MultiGauge expiry;
  private final Map<String, Instant> ends = new ConcurrentHashMap<>();
  private final Set<String> failing = ConcurrentHashMap.newKeySet();

  MeasureCertificates(
      SslBundles bundles, List<PeerCertificate> peers, InstantSource clock, MeterRegistry meters) {
    this.bundles = bundles;
    this.peers = peers;
    this.clock = clock;
    this.expiry =
        MultiGauge.builder("hub.ops.certificate.expiry")
            .baseUnit("seconds")
            .description("Time until the first certificate of a chain or trust store ends")
            .register(meters);
  }

  /** Looks at all of them. A peer that cannot be asked for now keeps what it last presented. */
  @Override
  public void run() {
    Map<String, Instant> found = new TreeMap<>();
    for (String bundle : bundles.getBundleNames()) {
      try {
        var stores = bundles.getBundle(bundle).getStores();
        add(found, bundle, stores.getKeyStore());
        add(found, bundle + "/trusted", stores.getTrustStore());
      } catch (RuntimeException | KeyStoreException broken) {
        log.warn("OPS-217 the SSL bundle {} cannot be read: {}", bundle, broken.toString());
      }
    }
    for (PeerCertificate peer : peers) {
      ask(peer, found);
    }
    ends.putAll(found);
    ends.keySet().retainAll(found.keySet());
    List<Row<?>> rows = new ArrayList<>();
    for (String certificate : new ArrayList<>(ends.keySet())) {
      rows.add(Row.of(Tags.of("certificate", certificate), this, all -> all.left(certificate)));
    }
    expiry.register(rows, true);
  }

  private double left(String certificate) {
    Instant end = ends.get(certificate);
    return end == null ? Double.NaN : Duration.between(clock.instant(), end).toSeconds();
  }

  private void ask(PeerCertificate peer, Map<String, Instant> found) {
    try {
      found.put(peer.name(), soonest(peer.chain()));
      failing.remove(peer.name());
    } catch (java.io.IOException away) {
      Instant last = ends.get(peer.name());
      if (last != null) {
        found.put(peer.name(), last);
      }
      if (failing.add(peer.name())) {
        log.warn(
            "OPS-217 the certificate of {} cannot be looked at: {}",
            peer.name(),
            away.getMessage());
      }
    }
  }

  private static void add(Map<String, Instant> found, String name, @Nullable KeyStore store)
      throws KeyStoreException {
    if (store == null) {
      return;
    }
    for (String alias : Collections.list(store.aliases())) {
      Certificate[] chain = store.getCertificateChain(alias);
      Certificate[] certificates =
          chain != null ? chain : new Certificate[] {store.getCertificate(alias)};
      if (certificates.length > 0 && certificates[0] instanceof X509Certificate) {
        found.merge(name, soonest(certificates), (a, b) -> a.isBefore(b) ? a : b);
      }
    }
  }

  private static Instant soonest(Certificate[] chain) {
    Instant soonest = Instant.MAX;
    for (Certificate certificate : chain) {
      if (certificate instanceof X509Certificate x509) {
        Instant end = x509.getNotAfter().toInstant();
        soonest = end.isBefore(soonest) ? end : soonest;
      }
    }
    return soonest;
  }
}
