package io.tallyline.ops.alerts;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Reads the chain that a server presents, to see when it ends. Trusts anybody, because nothing but
 * the chain is read and nothing is sent: whoever works with the server verifies it.
 *
 * @param name in the metric, {@code broker rabbit-1:5671}
 * @param postgres whether TLS is asked for in PostgreSQL's way
 * @param timeout longest wait for each step
 */
record PeerCertificate(String name, String host, int port, boolean postgres, Duration timeout) {
  private static final int SSL_REQUEST = 80_877_103;

  Certificate[] chain() throws IOException {
    int millis = (int) timeout.toMillis();
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(host, port), millis);
      plain.setSoTimeout(millis);
      if (postgres) {
        askForTls(plain);
      }
      try (SSLSocket tls =
          (SSLSocket) lookingOnly().getSocketFactory().createSocket(plain, host, port, true)) {
        tls.setSoTimeout(millis);
        tls.startHandshake();
        return tls.getSession().getPeerCertificates();
      }
    }
  }

  private static void askForTls(Socket socket) throws IOException {
    var out = new DataOutputStream(socket.getOutputStream());
    out.writeInt(8);
    out.writeInt(SSL_REQUEST);
    out.flush();
    if (new DataInputStream(socket.getInputStream()).read() != 'S') {
      throw new IOException("the server offers no TLS");
    }
  }

  private static SSLContext lookingOnly() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, null);
      return context;
    } catch (GeneralSecurityException impossible) {
      throw new IOException(impossible);
    }
  }

  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
