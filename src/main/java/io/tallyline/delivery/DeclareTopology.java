package io.tallyline.delivery;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import io.tallyline.contracts.StartRefused;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.AmqpAuthenticationException;
import org.springframework.amqp.AmqpException;

/**
 * Declares the topology at start, or looks whether it is there, and tells an operator in one
 * sentence why it cannot be. A broker that is not there yet is waited for; one that refuses, or
 * that cannot be trusted, is not asked twice.
 */
public final class DeclareTopology {
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(500);
  private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(5);
  private static final String TRUST =
      "spring.rabbitmq.ssl.trust-store, or the bundle that spring.rabbitmq.ssl.bundle names";
  private static final Pattern INEQUIVALENT =
      Pattern.compile(
          "inequivalent arg '(?<argument>[^']*)' for (?<kind>queue|exchange) '(?<name>[^']*)'"
              + " in vhost '[^']*': received (?:the value )?(?<wanted>.*?)"
              + " but current is (?:the value )?(?<existing>.*?)(?:, class-id.*)?",
          Pattern.DOTALL);
  private static final Pattern OF_TYPE = Pattern.compile("^'(?<value>.*?)'(?: of type '.*')?$");

  private final Runnable step;
  private final String where;

  /**
   * @param step declares or looks; throws {@link AmqpException} where the broker does not let it
   * @param where the broker's addresses, for people; no credentials
   */
  DeclareTopology(Runnable step, String where) {
    this.step = step;
    this.where = where;
  }

  /**
   * Declares everything now.
   *
   * @param longestWait for a broker that cannot be reached; one attempt to connect may add its own
   *     timeout ({@code spring.rabbitmq.connection-timeout})
   * @param progress a sentence now and then while waiting
   * @throws StartRefused DEL-010 to DEL-014, DEL-050, DEL-051
   */
  public void now(Duration longestWait, Consumer<String> progress) {
    long start = System.nanoTime();
    long nextReport = start;
    while (true) {
      try {
        step.run();
        return;
      } catch (AmqpException e) {
        refuseIfFinal(e);
        long waited = System.nanoTime() - start;
        if (waited >= longestWait.toNanos()) {
          throw unreachable(longestWait, e);
        }
        if (System.nanoTime() >= nextReport) {
          progress.accept(
              "waiting for the broker at %s, %d s of %d s: %s"
                  .formatted(
                      where,
                      Duration.ofNanos(waited).toSeconds(),
                      longestWait.toSeconds(),
                      root(e)));
          nextReport = System.nanoTime() + BETWEEN_REPORTS.toNanos();
        }
        pause(longestWait, e);
      }
    }
  }

  private void pause(Duration longestWait, AmqpException e) {
    try {
      Thread.sleep(Math.min(BETWEEN_ATTEMPTS.toMillis(), Math.max(1, longestWait.toMillis())));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw unreachable(longestWait, e);
    }
  }

  private StartRefused unreachable(Duration longestWait, AmqpException e) {
    return new StartRefused(
        "DEL-013",
        "the broker at %s cannot be reached for %d s: %s. Start it, or correct spring.rabbitmq.addresses."
            .formatted(where, longestWait.toSeconds(), root(e)),
        e);
  }

  private void refuseIfFinal(AmqpException failure) {
    UntrustedServer.in(failure, TRUST)
        .ifPresent(
            untrusted -> {
              throw new StartRefused(
                  "DEL-050",
                  "the broker at %s cannot be trusted: %s".formatted(where, untrusted.sentence()),
                  failure);
            });
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof AmqpAuthenticationException) {
        throw new StartRefused(
            "DEL-012",
            "the broker refuses the login. Correct spring.rabbitmq.username and"
                + " spring.rabbitmq.password.",
            failure);
      }
      if (at instanceof ShutdownSignalException signal) {
        refuseIfFinal(signal.getReason(), failure);
      }
    }
  }

  private static void refuseIfFinal(@Nullable Method reason, AmqpException failure) {
    if (reason instanceof AMQP.Channel.Close close) {
      refuse(close.getReplyCode(), close.getReplyText(), failure);
    } else if (reason instanceof AMQP.Connection.Close close) {
      refuse(close.getReplyCode(), close.getReplyText(), failure);
    }
  }

  private static void refuse(int code, String text, AmqpException failure) {
    switch (code) {
      case AMQP.PRECONDITION_FAILED, AMQP.NOT_ALLOWED -> throw mismatch(code, text, failure);
      case AMQP.ACCESS_REFUSED ->
          throw new StartRefused(
              "DEL-011",
              "the broker does not permit its user to declare the hub's queues: %s. Grant it"
                      .formatted(text)
                  + " configure, write and read on them (rabbitmqctl set_permissions), correct"
                  + " spring.rabbitmq.username, or set hub.delivery.declare=false where somebody"
                  + " else declares them.",
              failure);
      // The broker is about to stop, or has not finished starting.
      case AMQP.CONNECTION_FORCED, AMQP.INTERNAL_ERROR, AMQP.RESOURCE_ERROR -> {}
      default ->
          throw new StartRefused(
              "DEL-014",
              "the broker cannot declare the hub's queues: %d %s. Read its log, mend it, start again."
                  .formatted(code, text),
              failure);
    }
  }

  private static StartRefused mismatch(int code, String text, AmqpException failure) {
    Matcher parts = INEQUIVALENT.matcher(text.replaceFirst("^PRECONDITION_FAILED - ", ""));
    if (!parts.matches()) {
      String advice =
          code == AMQP.NOT_ALLOWED
              ? "Correct spring.rabbitmq.virtual-host, or create it (rabbitmqctl add_vhost)."
              : "Delete what is in the way when it is empty, then start again.";
      return new StartRefused(
          code == AMQP.NOT_ALLOWED ? "DEL-011" : "DEL-010",
          "the broker refuses what the hub declares: %s. %s".formatted(text, advice),
          failure);
    }
    String kind = parts.group("kind");
    String name = parts.group("name");
    String advice =
        kind.equals("queue")
            ? "Empty the queue, delete it (rabbitmqctl delete_queue %s)".formatted(name)
            : "Delete the exchange '%s' on the broker".formatted(name);
    return new StartRefused(
        "DEL-010",
        "the %s '%s' exists with %s = %s but the hub wants %s. %s, and start again."
            .formatted(
                kind,
                name,
                parts.group("argument"),
                value(parts.group("existing")),
                value(parts.group("wanted")),
                advice),
        failure);
  }

  private static String value(String text) {
    Matcher typed = OF_TYPE.matcher(text.strip());
    return typed.matches() ? typed.group("value") : text.strip();
  }

  private static String root(Throwable failure) {
    Throwable at = failure;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
  }
}
