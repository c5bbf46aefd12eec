package io.tallyline.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A self-signed certificate in a PKCS#12 file, made by the JDK's keytool.
 *
 * @param file with key and certificate
 */
public record TestCertificate(Path file) {
  /** Of this JVM alone, so that who finds it elsewhere has found a leak. */
  public static final String PASSWORD = "changeit-" + UUID.randomUUID();

  private static final String VARIABLE = "KEY_STORE_PASSWORD";

  /**
   * @param folder where the file goes, named by the host
   * @param host name in the certificate
   * @param days how long it is good from now
   */
  public static TestCertificate make(Path folder, String host, int days) {
    Path file = folder.resolve(host + ".p12");
    write(file, host, days);
    return new TestCertificate(file);
  }

  /** The same file with another certificate, put there in one step. */
  public void renew(String host, int days) {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    write(next, host, days);
    try {
      Files.move(
          next,
          file,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING,
          java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void write(Path file, String host, int days) {
    try {
      ProcessBuilder command =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                      "-genkeypair",
                      "-alias",
                      "server",
                      "-keyalg",
                      "EC",
                      "-groupname",
                      "secp256r1",
                      "-dname",
                      "CN=" + host,
                      "-ext",
                      "SAN=dns:" + host,
                      "-validity",
                      Integer.toString(days),
                      "-storetype",
                      "PKCS12",
                      "-keystore",
                      file.toString(),
                      "-storepass:env",
                      VARIABLE))
              .redirectErrorStream(true);
      command.environment().put(VARIABLE, PASSWORD);
      Process keytool = command.start();
      String output = new String(keytool.getInputStream().readAllBytes());
      if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IllegalStateException("keytool: " + output);
      }
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /** For a server that shows it. */
  public SSLContext serverContext() throws GeneralSecurityException, IOException {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  /** For a client that trusts it and nothing else. */
  public SSLContext clientContext() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", load().getCertificate("server"));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private KeyStore load() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream stream = Files.newInputStream(file)) {
      store.load(stream, PASSWORD.toCharArray());
    }
    return store;
  }
}
