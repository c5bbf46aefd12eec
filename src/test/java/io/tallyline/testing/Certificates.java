package io.tallyline.testing;

import java.io.DataOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** An authority of a test's own, and servers' certificates of every kind; made by keytool. */
public final class Certificates {
  /** Of the stores on disk; they hold nothing but test keys. */
  private static final String STORE = "for-tests-only";

  /** PostgreSQL's message that asks for TLS: its length, 8, and its code. */
  private static final long SSL_REQUEST = (8L << 32) | 80877103;

  private final Path folder;

  /** Makes the authority. */
  public Certificates(Path folder) {
    this.folder = folder;
    keytool(
        "-genkeypair",
        "-alias",
        "ca",
        "-keystore",
        "ca.p12",
        "-dname",
        "CN=Test authority",
        "-ext",
        "bc:c",
        "-validity",
        "3650");
    keytool("-exportcert", "-rfc", "-alias", "ca", "-keystore", "ca.p12", "-file", "ca.pem");
  }

  /**
   * A server's certificate with its key, as PEM files.
   *
   * @param certificate the file
   * @param key PKCS#8, readable by its owner only
   */
  public record Pair(Path certificate, Path key) {}

  public Path authority() {
    return folder.resolve("ca.pem");
  }

  /** Signed by the authority for a host name. */
  public Pair signed(String name, String host) {
    return signed(name, host, "-1d", 365);
  }

  /** Signed by the authority, and not valid since some days. */
  public Pair expired(String name, String host) {
    return signed(name, host, "-20d", 10);
  }

  /** Signed by its own key. */
  public Pair selfSigned(String name, String host) {
    generate(name, host);
    keytool(
        "-exportcert", "-rfc", "-alias", name, "-keystore", name + ".p12", "-file", name + ".pem");
    return pair(name);
  }

  private Pair signed(String name, String host, String from, int days) {
    generate(name, host);
    keytool("-certreq", "-alias", name, "-keystore", name + ".p12", "-file", name + ".csr");
    keytool(
        "-gencert",
        "-rfc",
        "-alias",
        "ca",
        "-keystore",
        "ca.p12",
        "-infile",
        name + ".csr",
        "-outfile",
        name + ".pem",
        "-ext",
        "san=dns:" + host,
        "-startdate",
        from,
        "-validity",
        Integer.toString(days));
    return pair(name);
  }

  private void generate(String name, String host) {
    keytool(
        "-genkeypair",
        "-alias",
        name,
        "-keystore",
        name + ".p12",
        "-dname",
        "CN=" + host,
        "-ext",
        "san=dns:" + host);
  }

  private Pair pair(String name) {
    Path key = folder.resolve(name + ".key");
    try (InputStream stream = new FileInputStream(folder.resolve(name + ".p12").toFile())) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(stream, STORE.toCharArray());
      byte[] encoded = store.getKey(name, STORE.toCharArray()).getEncoded();
      String pem = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
      Files.writeString(
          key, "-----BEGIN PRIVATE KEY-----\n" + pem + "\n-----END PRIVATE KEY-----\n");
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException | GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
    return new Pair(folder.resolve(name + ".pem"), key);
  }

  /** Puts another pair where a server reads its own from. */
  public static void replace(Pair served, Pair with) {
    try {
      for (Path[] copy :
          new Path[][] {
            {with.certificate(), served.certificate()}, {with.key(), served.key()},
          }) {
        Files.copy(
            copy[0],
            copy[1],
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** The certificate in a PEM file. */
  public static Certificate in(Path file) {
    try (InputStream stream = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificate(stream);
    } catch (IOException | GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** The certificate that a PostgreSQL on this machine shows now, whatever it is worth. */
  public static Certificate shownByPostgres(int port) {
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
      plain.setSoTimeout(5_000);
      new DataOutputStream(plain.getOutputStream()).writeLong(SSL_REQUEST);
      if (plain.getInputStream().read() != 'S') {
        throw new IllegalStateException("PostgreSQL on port " + port + " has no TLS yet");
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, null);
      try (SSLSocket secured =
          (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true)) {
        secured.startHandshake();
        return secured.getSession().getPeerCertificates()[0];
      }
    } catch (IOException | GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** Only looks at what is shown. */
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      // Not asked for.
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      // To be looked at, not trusted.
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private void keytool(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/keytool");
    command.addAll(Arrays.asList(arguments));
    command.addAll(List.of("-storepass", STORE));
    if (command.contains("-genkeypair")) {
      command.addAll(List.of("-keyalg", "RSA", "-keysize", "2048", "-storetype", "PKCS12"));
    }
    try {
      Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException("keytool " + arguments[0] + ": " + output);
      }
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }
}
