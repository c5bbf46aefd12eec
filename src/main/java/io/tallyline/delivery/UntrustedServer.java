package io.tallyline.delivery;

import java.io.FileNotFoundException;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why a server cannot be trusted over TLS: what no waiting cures, told in words. A connection that
 * merely broke while it was being secured is none of this.
 *
 * @param why what is wrong, about "it", the server
 * @param fix what to do, a sentence without its full stop
 */
public record UntrustedServer(String why, String fix) {
  /** PostgreSQL's driver has no state of its own for these. */
  private static final Pattern OF_THE_DRIVER =
      Pattern.compile("could not be verified by hostnameverifier|does not support SSL");

  private static final String PLAIN_ANSWER = "Unsupported or unrecognized SSL message";

  /**
   * Looks through the causes of a failed connection.
   *
   * @param trust where an operator configures which authorities are trusted
   */
  public static Optional<UntrustedServer> in(Throwable failure, String trust) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable at = failure; at != null && causes.size() < 50; at = at.getCause()) {
      causes.add(at);
    }
    Optional<UntrustedServer> certificate = certificate(causes, trust);
    return certificate.isPresent() ? certificate : handshake(causes, trust);
  }

  /** Why and what to do, with a full stop each. */
  public String sentence() {
    return why + ". " + fix + ".";
  }

  private static Optional<UntrustedServer> certificate(List<Throwable> causes, String trust) {
    CertificateExpiredException expired = first(causes, CertificateExpiredException.class);
    if (expired != null) {
      return of(
          "its certificate has expired (" + expired.getMessage() + ")", "Renew it on the server");
    }
    if (first(causes, CertificateNotYetValidException.class) != null) {
      return of("its certificate is not valid yet", "Correct the clocks, or the certificate");
    }
    if (first(causes, CertPathBuilderException.class) != null) {
      return of(
          "its certificate is signed by no authority that the hub trusts",
          "Put the certificate of the server's authority into " + trust);
    }
    CertificateException wrong = first(causes, CertificateException.class);
    if (wrong != null && String.valueOf(wrong.getMessage()).startsWith("No ")) {
      return of(
          "its certificate is for another host ("
              + wrong.getMessage().replaceFirst("[.]$", "")
              + ")",
          "Write the host as it stands in the certificate, or have the certificate made for it");
    }
    return Optional.empty();
  }

  private static Optional<UntrustedServer> handshake(List<Throwable> causes, String trust) {
    SSLException secured = first(causes, SSLException.class);
    String said = secured == null ? "" : String.valueOf(secured.getMessage());
    if (said.startsWith(PLAIN_ANSWER)) {
      return of("it answers without TLS", "Use the port of its TLS listener, or configure one");
    }
    if (said.startsWith("Received fatal alert") || said.startsWith("No appropriate protocol")) {
      return of(
          "it does not agree to TLS as the hub asks for it (" + said + ")",
          "Compare protocol versions and ciphers, and whether it wants a client certificate");
    }
    SQLException refused = first(causes, SQLException.class);
    if (refused != null && isOfTheDriver(refused, causes)) {
      return of(
          String.valueOf(refused.getMessage())
              .lines()
              .findFirst()
              .orElse("")
              .replaceFirst("[.]$", ""),
          "Correct the server's TLS and its host name, or " + trust);
    }
    return Optional.empty();
  }

  /** The server's own refusals carry its message; they are somebody else's to explain. */
  private static boolean isOfTheDriver(SQLException refused, List<Throwable> causes) {
    boolean unreadable =
        first(causes, FileNotFoundException.class) != null
            || first(causes, NoSuchFileException.class) != null
            || first(causes, GeneralSecurityException.class) != null;
    return unreadable
        || (saysNothing(refused)
            && OF_THE_DRIVER.matcher(String.valueOf(refused.getMessage())).find());
  }

  private static boolean saysNothing(SQLException refused) {
    return !(refused instanceof org.postgresql.util.PSQLException postgres)
        || postgres.getServerErrorMessage() == null;
  }

  private static <T extends Throwable> @Nullable T first(List<Throwable> causes, Class<T> type) {
    return causes.stream().filter(type::isInstance).map(type::cast).findFirst().orElse(null);
  }

  private static Optional<UntrustedServer> of(String why, String fix) {
    return Optional.of(new UntrustedServer(why, fix));
  }
}
