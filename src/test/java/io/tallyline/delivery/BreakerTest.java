package io.tallyline.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final AtomicBoolean away = new AtomicBoolean();
  private final AtomicBoolean answersProbes = new AtomicBoolean();
  private final AtomicInteger probes = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final Breaker breaker =
      new Breaker(
          "test-server",
          this::probe,
          Duration.ofMillis(20),
          Duration.ofMillis(200),
          Clock.systemUTC(),
          meters);

  private void probe() {
    probes.incrementAndGet();
    if (away.get() && !answersProbes.get()) {
      throw new IllegalStateException("still away");
    }
  }

  private void work() {
    if (away.get()) {
      throw new ServerAway("TST-001 the server is away.", null);
    }
    done.incrementAndGet();
  }

  @BeforeEach
  void start() throws Exception {
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            errorHandler(noErrorHandler());
            from("seda:work?pollTimeout=20")
                .routeId("work")
                .routePolicy(breaker)
                .process(exchange -> work());
          }
        });
    camel.start();
  }

  @AfterEach
  void stop() {
    breaker.end();
    camel.stop();
  }

  private void send() {
    camel.createFluentProducerTemplate().to("seda:work?waitForTaskToComplete=Never").send();
  }

  private ServiceStatus status() {
    return camel.getRouteController().getRouteStatus("work");
  }

  private double open() {
    return meters.get("hub.delivery.breaker.open").gauge().value();
  }

  @Test
  void suspends_the_route_while_the_server_is_away_and_resumes_it_when_it_answers() {
    away.set(true);
    send();

    await().atMost(LONG).until(() -> status() == ServiceStatus.Suspended);
    assertThat(breaker.isOpen()).isTrue();
    assertThat(breaker.status().because()).contains("TST-001");
    assertThat(open()).isEqualTo(1);
    int before = probes.get();
    await().atMost(LONG).until(() -> probes.get() > before + 2);
    assertThat(status()).isEqualTo(ServiceStatus.Suspended);

    away.set(false);
    await().atMost(LONG).until(() -> status() == ServiceStatus.Started);
    assertThat(open()).isZero();
    assertThat(breaker.status().state()).isEqualTo(Breaker.State.HALF_OPEN);
    send();
    await().atMost(LONG).until(() -> breaker.status().state() == Breaker.State.CLOSED);
    assertThat(done).hasValue(1);
    assertThat(breaker.status().since()).isNull();
  }

  @Test
  void pauses_again_where_probes_succeed_and_work_fails() {
    answersProbes.set(true);
    away.set(true);

    for (int pauses = 1; pauses <= 3; pauses++) {
      int expected = pauses;
      send();
      await()
          .atMost(LONG)
          .until(() -> meters.get("hub.delivery.breaker.pauses").gauge().value() == expected);
      await().atMost(LONG).until(() -> status() == ServiceStatus.Started && !breaker.isOpen());
    }

    assertThat(breaker.status().since()).as("one trouble from the first failure on").isNotNull();
  }

  @Test
  void leaves_a_route_stopped_that_an_operator_stopped_meanwhile() throws Exception {
    away.set(true);
    send();
    await().atMost(LONG).until(() -> status() == ServiceStatus.Suspended);

    camel.getRouteController().stopRoute("work");
    away.set(false);
    await().atMost(LONG).until(() -> !breaker.isOpen());

    assertThat(status()).isEqualTo(ServiceStatus.Stopped);
  }

  @Test
  void pauses_a_route_again_that_somebody_started_while_the_server_is_away() throws Exception {
    away.set(true);
    send();
    await().atMost(LONG).until(() -> status() == ServiceStatus.Suspended);

    camel.getRouteController().stopRoute("work");
    camel.getRouteController().startRoute("work");
    send();
    await().atMost(LONG).until(() -> status() == ServiceStatus.Suspended);

    away.set(false);
    await().atMost(LONG).until(() -> status() == ServiceStatus.Started);
    send();
    await().atMost(LONG).until(() -> breaker.status().state() == Breaker.State.CLOSED);
  }

  @Test
  void asks_at_once_when_told_to_and_only_while_the_route_pauses() throws Exception {
    try (var slow = new DefaultCamelContext()) {
      Breaker patient =
          new Breaker(
              "patient",
              this::probe,
              Duration.ofHours(1),
              Duration.ofHours(1),
              Clock.systemUTC(),
              new SimpleMeterRegistry());
      slow.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              errorHandler(noErrorHandler());
              from("seda:patient?pollTimeout=20")
                  .routeId("patient")
                  .routePolicy(patient)
                  .process(exchange -> work());
            }
          });
      slow.start();
      assertThat(patient.probeNow()).isFalse();
      away.set(true);
      slow.createFluentProducerTemplate().to("seda:patient?waitForTaskToComplete=Never").send();
      await()
          .atMost(LONG)
          .until(() -> slow.getRouteController().getRouteStatus("patient").isSuspended());

      away.set(false);
      await().atMost(LONG).until(patient::probeNow);

      await()
          .atMost(LONG)
          .until(() -> slow.getRouteController().getRouteStatus("patient").isStarted());
      patient.end();
    }
  }
}
