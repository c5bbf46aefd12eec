package io.tallyline.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyIT {
  private static final int PATIENCE = 10_000;

  private ServerSocket echo;
  private TcpProxy proxy;

  @BeforeEach
  void start() throws IOException {
    echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    var thread = new Thread(this::answerAll, "echo");
    thread.setDaemon(true);
    thread.start();
    proxy = TcpProxy.to(echo.getLocalPort());
  }

  @AfterEach
  void end() throws IOException {
    proxy.close();
    echo.close();
  }

  @Test
  void carries_bytes_both_ways() throws IOException {
    try (Socket client = connect()) {
      assertThat(echoed(client, 'a')).isEqualTo('a');
      assertThat(echoed(client, 'b')).isEqualTo('b');
    }
    assertThat(proxy.connections()).isEqualTo(1);
    assertThat(proxy.cuts()).isZero();
  }

  @Test
  void cuts_with_a_reset_and_takes_the_next_connection() throws IOException {
    try (Socket client = connect()) {
      assertThat(echoed(client, 'a')).isEqualTo('a');

      proxy.cutAll();

      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
    try (Socket next = connect()) {
      assertThat(echoed(next, 'b')).isEqualTo('b');
    }
    assertThat(proxy.cuts()).isEqualTo(1);
  }

  @Test
  void refuses_new_connections_and_leaves_the_others_alone() throws IOException {
    try (Socket client = connect()) {
      assertThat(echoed(client, 'a')).isEqualTo('a');

      proxy.refuse();

      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
      assertThat(echoed(client, 'b')).isEqualTo('b');
      proxy.accept();
      try (Socket next = connect()) {
        assertThat(echoed(next, 'c')).isEqualTo('c');
      }
    }
  }

  @Test
  void drops_answers_and_cuts_the_lines_that_missed_some() throws IOException {
    try (Socket client = connect();
        Socket quiet = connect()) {
      assertThat(echoed(client, 'a')).isEqualTo('a');
      proxy.dropAnswers();
      client.getOutputStream().write('b');
      await().until(() -> proxy.droppedBytes() == 1);
      client.setSoTimeout(50);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      client.setSoTimeout(PATIENCE);

      proxy.deliverAnswers();

      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
      assertThat(echoed(quiet, 'c')).isEqualTo('c');
    }
  }

  @Test
  void delays_each_way() throws IOException {
    try (Socket client = connect()) {
      proxy.delay(Duration.ofMillis(100));
      long before = System.nanoTime();

      assertThat(echoed(client, 'a')).isEqualTo('a');

      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }
  }

  private Socket connect() throws IOException {
    var client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    client.setSoTimeout(PATIENCE);
    return client;
  }

  private static int echoed(Socket client, int sent) throws IOException {
    client.getOutputStream().write(sent);
    return client.getInputStream().read();
  }

  private void answerAll() {
    while (!echo.isClosed()) {
      try {
        Socket client = echo.accept();
        var thread = new Thread(() -> answer(client), "echo-one");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void answer(Socket client) {
    try (client) {
      client.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException torn) {
      // The proxy cut it: that is what it is for.
      return;
    }
  }
}
