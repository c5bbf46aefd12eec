package io.tallyline.ops.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.TestCertificate;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.env.MockEnvironment;

/** The certificate that a server presents, over TLS at once or asked for in PostgreSQL's way. */
class PeerCertificateIT {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @TempDir Path folder;

  @Test
  void reads_when_it_ends_whoever_signed_it() throws Exception {
    assertThat(presented(false)).isBetween(inDays(2), inDays(4));
  }

  @Test
  void asks_for_tls_as_a_postgresql_client_does() throws Exception {
    assertThat(presented(true)).isBetween(inDays(2), inDays(4));
  }

  @Test
  void a_database_without_tls_is_said() {
    int port = PostgresServer.fresh("inventory").port();
    var peer = new PeerCertificate("inventory database", "127.0.0.1", port, true, LIMIT);

    assertThatThrownBy(peer::chain).isInstanceOf(IOException.class).hasMessageContaining("no TLS");
  }

  @Test
  void looks_at_the_servers_that_the_settings_reach_over_tls() {
    var settings =
        new MockEnvironment()
            .withProperty("spring.rabbitmq.ssl.enabled", "true")
            .withProperty("spring.rabbitmq.addresses", "rabbit-1:5671, amqps://me:x@rabbit-2/v")
            .withProperty(
                "hub.finance.datasource.url", "jdbc:postgresql://db/f?sslmode=verify-full")
            .withProperty("hub.inventory.datasource.url", "jdbc:postgresql://db:6432/i");

    assertThat(PeersWithTls.of(settings, LIMIT))
        .extracting(PeerCertificate::name)
        .isEqualTo(
            List.of("broker rabbit-1:5671", "broker rabbit-2:5671", "finance database db:5432"));
    assertThat(PeersWithTls.of(new MockEnvironment(), LIMIT)).isEmpty();
  }

  private static Instant inDays(int days) {
    return Instant.now().plus(Duration.ofDays(days));
  }

  private Instant presented(boolean postgres) throws Exception {
    SSLContext context = TestCertificate.make(folder, "server.example.com", 3).serverContext();
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> server =
          CompletableFuture.runAsync(() -> serve(listening, context, postgres));
      Certificate[] chain =
          new PeerCertificate("server", "127.0.0.1", listening.getLocalPort(), postgres, LIMIT)
              .chain();
      server.join();
      return ((X509Certificate) chain[0]).getNotAfter().toInstant();
    }
  }

  private static void serve(ServerSocket listening, SSLContext context, boolean postgres) {
    try (Socket socket = listening.accept()) {
      if (postgres) {
        var in = new DataInputStream(socket.getInputStream());
        assertThat(in.readInt()).isEqualTo(8);
        assertThat(in.readInt()).isEqualTo(80877103);
        socket.getOutputStream().write('S');
      }
      try (SSLSocket tls =
          (SSLSocket) context.getSocketFactory().createSocket(socket, null, 0, true)) {
        tls.setUseClientMode(false);
        tls.startHandshake();
        tls.getInputStream().read();
      }
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
