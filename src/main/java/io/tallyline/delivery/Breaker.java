package io.tallyline.delivery;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.StatefulService;
import org.apache.camel.support.RoutePolicySupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pauses a consuming route while a server that it needs is away: suspends the route as soon as a
 * batch ends with {@link ServerAway}, probes the server, and resumes the route when it answers. The
 * messages wait in the broker meanwhile, unseen by any consumer, so an outage of any length spends
 * no attempt and no delivery.
 *
 * <p>A route names it as its {@code routePolicy}. Where a server answers probes but fails work,
 * each further pause is twice as long as the one before.
 */
public final class Breaker extends RoutePolicySupport {
  private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);
  private static final Duration LONGEST_SUSPEND = Duration.ofMinutes(5);

  /** Whether the consumer runs. */
  public enum State {
    /** It runs. */
    CLOSED,
    /** It pauses. */
    OPEN,
    /** It was resumed and has not yet finished a batch. */
    HALF_OPEN
  }

  /** Asks the server whether it is back. */
  @FunctionalInterface
  public interface Probe {
    /** Returns if it is; throws whatever it says if not. */
    void check() throws Exception;
  }

  /**
   * What people want to know of it.
   *
   * @param state whether the consumer runs
   * @param since when it last stopped working; null while closed
   * @param because what the server said; null while closed
   */
  public record Status(State state, @Nullable Instant since, @Nullable String because) {}

  private final String name;
  private final Probe probe;
  private final Duration probeInterval;
  private final Duration longestPause;
  private final InstantSource clock;
  private final ScheduledExecutorService timer;

  private State state = State.CLOSED;
  private @Nullable Instant since;
  private @Nullable String because;
  private long pauses;
  private Duration pause = Duration.ZERO;
  private @Nullable ScheduledFuture<?> nextProbe;
  private @Nullable CamelContext camel;
  private String routeId = "";
  private volatile boolean ended;

  /**
   * @param name of the server, for logs, metrics and health: {@code finance-database}
   * @param probeInterval pause between two probes
   * @param longestPause most that a pause grows to
   */
  public Breaker(
      String name,
      Probe probe,
      Duration probeInterval,
      Duration longestPause,
      InstantSource clock,
      MeterRegistry meters) {
    this.name = name;
    this.probe = probe;
    this.probeInterval = probeInterval;
    this.longestPause = longestPause;
    this.clock = clock;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              var thread = new Thread(task, "breaker-" + name);
              thread.setDaemon(true);
              return thread;
            });
    Gauge.builder("hub.delivery.breaker.open", this, breaker -> breaker.isOpen() ? 1 : 0)
        .description("1 while a consumer pauses because a server is away, else 0")
        .tags(Tags.of("server", name))
        .register(meters);
    Gauge.builder("hub.delivery.breaker.state", this, Breaker::stateNumber)
        .description("0 while a consumer runs, 1 while it tries again, 2 while it pauses")
        .tags(Tags.of("server", name))
        .register(meters);
    Gauge.builder("hub.delivery.breaker.pauses", this, Breaker::pauses)
        .description("How often a consumer had to pause since the start")
        .tags(Tags.of("server", name))
        .register(meters);
  }

  public String name() {
    return name;
  }

  public synchronized Status status() {
    return new Status(state, since, because);
  }

  /** Whether work is hopeless for now: a step need not try. */
  public synchronized boolean isOpen() {
    return state == State.OPEN;
  }

  private synchronized int stateNumber() {
    return switch (state) {
      case CLOSED -> 0;
      case HALF_OPEN -> 1;
      case OPEN -> 2;
    };
  }

  private synchronized long pauses() {
    return pauses;
  }

  @Override
  public synchronized void onInit(Route route) {
    camel = route.getCamelContext();
    routeId = route.getRouteId();
  }

  @Override
  public void onExchangeDone(Route route, Exchange exchange) {
    ServerAway away = exchange.getException(ServerAway.class);
    if (away != null) {
      open(away);
    } else if (exchange.getException() == null) {
      works();
    }
  }

  private synchronized void open(ServerAway away) {
    if (ended) {
      return;
    }
    if (state == State.OPEN) {
      // Somebody started the route meanwhile: its batches would go round and round.
      schedule(this::suspendAgain, Duration.ZERO);
      return;
    }
    pause = state == State.HALF_OPEN ? shorter(doubled(pause), longestPause) : Duration.ZERO;
    if (since == null) {
      since = clock.instant();
      LOG.warn(
          "{} The route {} pauses, its messages wait in the broker, and no attempt is spent; it"
              + " goes on by itself.",
          away.getMessage(),
          routeId);
    }
    because = String.valueOf(away.getMessage());
    state = State.OPEN;
    pauses++;
    schedule(this::pauseRoute, Duration.ZERO);
  }

  private synchronized void works() {
    if (state != State.HALF_OPEN) {
      return;
    }
    state = State.CLOSED;
    pause = Duration.ZERO;
    since = null;
    because = null;
  }

  private Duration doubled(Duration duration) {
    return duration.isZero() ? probeInterval : duration.multipliedBy(2);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void pauseRoute() {
    suspendRoute();
    Duration rest;
    synchronized (this) {
      rest = pause;
    }
    probeAfter(rest.plus(probeInterval));
  }

  /** Unless the server has answered meanwhile: then nothing would resume the route. */
  private void suspendAgain() {
    if (isOpen()) {
      suspendRoute();
    }
  }

  private void suspendRoute() {
    try {
      CamelContext context = running();
      if (context != null && context.getRouteController().getRouteStatus(routeId).isStarted()) {
        // Patient: a stop that Camel cuts short would leave a consumer that cannot be resumed.
        context
            .getRouteController()
            .suspendRoute(routeId, LONGEST_SUSPEND.toSeconds(), TimeUnit.SECONDS);
      }
    } catch (Throwable e) {
      // The batch went back to its queue in any case; without the pause it just comes again.
      LOG.warn("The route {} could not be suspended: {}", routeId, e.getMessage());
    }
  }

  /**
   * Asks the server at once instead of at the next interval.
   *
   * @return false if there is nothing to ask: the consumer runs, or is about to be asked anyway
   */
  public synchronized boolean probeNow() {
    if (state != State.OPEN || nextProbe == null || !nextProbe.cancel(false)) {
      return false;
    }
    probeAfter(Duration.ZERO);
    return true;
  }

  private void askServer() {
    CamelContext context = running();
    if (context == null) {
      return;
    }
    try {
      probe.check();
      resumeRoute(context);
    } catch (Throwable stillAway) {
      // Whatever it was, this must go on, or the route would pause for ever.
      LOG.debug("{} is still away", name, stillAway);
      probeAfter(probeInterval);
    }
  }

  private void resumeRoute(CamelContext context) {
    Duration away;
    synchronized (this) {
      state = State.HALF_OPEN;
      away = since == null ? Duration.ZERO : Duration.between(since, clock.instant());
    }
    try {
      // An operator may have stopped the route meanwhile, and then it is not ours to start.
      if (context.getRouteController().getRouteStatus(routeId).isSuspended()) {
        if (isConsumerSuspended(context)) {
          context.getRouteController().resumeRoute(routeId);
        } else {
          // Camel calls the route suspended, but its consumer was stopped: only a start helps.
          context.getRouteController().stopRoute(routeId);
          context.getRouteController().startRoute(routeId);
        }
      }
      LOG.info("{} is back; the route {} goes on after {} s.", name, routeId, away.toSeconds());
    } catch (Throwable e) {
      LOG.warn("The route {} could not be resumed and is tried again: {}", routeId, e.getMessage());
      synchronized (this) {
        state = State.OPEN;
      }
      probeAfter(probeInterval);
    }
  }

  private boolean isConsumerSuspended(CamelContext context) {
    Route route = context.getRoute(routeId);
    return route != null
        && route.getConsumer() instanceof StatefulService consumer
        && consumer.isSuspended();
  }

  private synchronized @Nullable CamelContext running() {
    return ended || camel == null || camel.isStopping() || camel.isStopped() ? null : camel;
  }

  private synchronized void probeAfter(Duration delay) {
    nextProbe = schedule(this::askServer, delay);
  }

  private @Nullable ScheduledFuture<?> schedule(Runnable task, Duration delay) {
    try {
      return timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("The hub stops; {} is not probed any more", name);
      return null;
    }
  }

  /** Stops probing, when the hub stops. */
  public void end() {
    ended = true;
    timer.shutdownNow();
  }
}
