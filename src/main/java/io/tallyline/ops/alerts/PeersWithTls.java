package io.tallyline.ops.alerts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.springframework.core.env.Environment;

/** The servers that this hub's settings reach over TLS. */
final class PeersWithTls {
  private static final List<String> DATABASES = List.of("inventory", "finance", "store");

  private PeersWithTls() {}

  static List<PeerCertificate> of(Environment settings, Duration timeout) {
    List<PeerCertificate> peers = new ArrayList<>();
    broker(settings, timeout, peers);
    for (String database : DATABASES) {
      database(
          database, settings.getProperty("hub." + database + ".datasource.url"), timeout, peers);
    }
    return peers;
  }

  private static void broker(Environment settings, Duration timeout, List<PeerCertificate> peers) {
    boolean bundle = settings.containsProperty("spring.rabbitmq.ssl.bundle");
    if (!bundle && !settings.getProperty("spring.rabbitmq.ssl.enabled", Boolean.class, false)) {
      return;
    }
    String addresses =
        settings.getProperty(
            "spring.rabbitmq.addresses",
            settings.getProperty("spring.rabbitmq.host", "localhost")
                + ":"
                + settings.getProperty("spring.rabbitmq.port", "5671"));
    for (String address : addresses.split(",")) {
      String place = address.strip().replaceFirst("^amqps?://", "").replaceFirst("^.*@", "");
      place = place.replaceFirst("/.*$", "");
      int colon = place.lastIndexOf(':');
      boolean hasPort = colon > place.lastIndexOf(']') && colon > 0;
      String host = hasPort ? place.substring(0, colon) : place;
      int port = hasPort ? Integer.parseInt(place.substring(colon + 1)) : 5671;
      peers.add(new PeerCertificate("broker " + host + ":" + port, host, port, false, timeout));
    }
  }

  private static void database(
      String name, @Nullable String url, Duration timeout, List<PeerCertificate> peers) {
    Properties parsed = url == null ? null : Driver.parseURL(url, null);
    if (parsed == null) {
      return;
    }
    String mode = parsed.getProperty(PGProperty.SSL_MODE.getName(), "prefer");
    boolean tls =
        mode.equals("require")
            || mode.startsWith("verify-")
            || "true".equals(parsed.getProperty("ssl"));
    if (tls) {
      String[] hosts = parsed.getProperty("PGHOST", "localhost").split(",");
      String[] ports = parsed.getProperty("PGPORT", "5432").split(",");
      for (int i = 0; i < hosts.length; i++) {
        int port = Integer.parseInt(ports[Math.min(i, ports.length - 1)]);
        String peer = "%s database %s:%d".formatted(name, hosts[i], port);
        peers.add(new PeerCertificate(peer, hosts[i], port, true, timeout));
      }
    }
  }
}
