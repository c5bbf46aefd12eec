package io.tallyline.ops.console;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.delivery.Breaker;
import io.tallyline.reconcile.ReconcileLedger;
import io.tallyline.relay.RelayHealth;
import io.tallyline.replay.Replays;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Queue;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.jmx.export.MBeanExporter;

/**
 * Registers the hub's own MBeans once it runs: of the roles that it has, and no others. Where
 * another hub of this JVM has taken a name, {@code hub=2} is added to it.
 */
final class RegisterMBeans {
  private static final String DEAD = ".dead";

  private final MBeanServer server;
  private final MBeanExporter exporter;
  private final CamelContext camel;
  private final ProducerTemplate producer;
  private final Figures figures;
  private final ObjectProvider<RelayHealth> relays;
  private final ObjectProvider<Breaker> breakers;
  private final ObjectProvider<Declarables> topology;
  private final ObjectProvider<Replays> replays;
  private final ObjectProvider<ReconcileLedger> reconciliations;
  private final ObjectProvider<DeadLetterDesk> letters;
  private final Supplier<Caller> caller;

  RegisterMBeans(
      MBeanServer server,
      MBeanExporter exporter,
      CamelContext camel,
      ProducerTemplate producer,
      MeterRegistry meters,
      ObjectProvider<RelayHealth> relays,
      ObjectProvider<Breaker> breakers,
      ObjectProvider<Declarables> topology,
      ObjectProvider<Replays> replays,
      ObjectProvider<ReconcileLedger> reconciliations,
      ObjectProvider<DeadLetterDesk> letters,
      Supplier<Caller> caller) {
    this.server = server;
    this.exporter = exporter;
    this.camel = camel;
    this.producer = producer;
    this.figures = new Figures(meters);
    this.relays = relays;
    this.breakers = breakers;
    this.topology = topology;
    this.replays = replays;
    this.reconciliations = reconciliations;
    this.letters = letters;
    this.caller = caller;
  }

  @EventListener(ApplicationReadyEvent.class)
  void register() {
    relays.forEach(
        relay ->
            register(
                "Relay", relay.outbox().name(), new ManagedRelay(relay, figures, camel, producer)));
    camel.getRoutes().forEach(this::registerConsumers);
    breakers.forEach(
        breaker -> register("Breaker", breaker.name(), new ManagedBreaker(breaker, figures)));
    List<String> queues = queues();
    queues.stream()
        .filter(queue -> queue.endsWith(DEAD))
        .forEach(queue -> register("DeadLetters", queue, new ManagedDeadLetters(queue, figures)));
    if (!queues.isEmpty()) {
      register("Queues", null, new ManagedQueues(figures));
    }
    Replays desk = replays.getIfAvailable();
    if (desk != null) {
      register(
          "Desk",
          null,
          new ManagedDesk(figures, desk, reconciliations.getObject(), letters.getObject(), caller));
    }
  }

  private void registerConsumers(Route route) {
    if (route.getEndpoint() instanceof SpringRabbitMQEndpoint endpoint
        && endpoint.getQueues() != null
        && route.isAutoStartup()) {
      Arrays.stream(endpoint.getQueues().split(","))
          .forEach(
              queue ->
                  register(
                      "Consumer",
                      queue,
                      new ManagedConsumer(queue, route.getRouteId(), figures, camel)));
    }
  }

  private List<String> queues() {
    return topology.stream()
        .map(Declarables::getDeclarables)
        .flatMap(Collection::stream)
        .flatMap(
            declared -> declared instanceof Queue queue ? Stream.of(queue.getName()) : Stream.of())
        .distinct()
        .toList();
  }

  private void register(String type, @Nullable String name, Object mbean) {
    exporter.registerManagedResource(mbean, free(type, name));
  }

  private ObjectName free(String type, @Nullable String name) {
    String text = "io.tallyline:type=" + type + (name == null ? "" : ",name=" + name);
    ObjectName wanted = ConsoleOperation.name(text);
    for (int hub = 2; server.isRegistered(wanted); hub++) {
      wanted = ConsoleOperation.name(text + ",hub=" + hub);
    }
    return wanted;
  }
}
