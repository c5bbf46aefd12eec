package io.tallyline.ops.console;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.delivery.Breaker;
import io.tallyline.reconcile.ReconcileLedger;
import io.tallyline.relay.RelayHealth;
import io.tallyline.replay.Replays;
import java.lang.management.ManagementFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.jolokia.support.spring.actuator.JolokiaEndpoint;
import org.springframework.amqp.core.Declarables;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jmx.export.MBeanExporter;
import org.springframework.jmx.export.annotation.AnnotationJmxAttributeSource;
import org.springframework.jmx.export.assembler.MetadataMBeanInfoAssembler;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;

/** The console: Hawtio at {@code /actuator/hawtio}, its data at {@code /actuator/jolokia}. */
@Configuration
public class ConsoleConfiguration {
  private static final String USER = "/actuator/hawtio/user";

  @Bean
  JolokiaEndpoint jolokiaEndpoint(ObjectProvider<RoleHierarchy> roles) {
    var guard =
        new GuardMBeans(ManagementFactory.getPlatformMBeanServer(), () -> Caller.current(roles));
    return ConsoleAgent.endpoint(guard, () -> Caller.current(roles));
  }

  @Bean
  FilterRegistrationBean<NameUser> consoleUser() {
    var filter = new FilterRegistrationBean<>(new NameUser());
    filter.addUrlPatterns(USER, USER + "/*");
    return filter;
  }

  /** By hand and nothing else: Spring's own MBeans could purge queues. */
  @Bean
  MBeanExporter hubMBeans() {
    var exporter = new MBeanExporter();
    exporter.setAutodetect(false);
    exporter.setServer(ManagementFactory.getPlatformMBeanServer());
    exporter.setAssembler(new MetadataMBeanInfoAssembler(new AnnotationJmxAttributeSource()));
    return exporter;
  }

  @Bean
  RegisterMBeans registerMBeans(
      MBeanExporter hubMBeans,
      CamelContext camel,
      ProducerTemplate producer,
      MeterRegistry meters,
      ObjectProvider<RelayHealth> relays,
      ObjectProvider<Breaker> breakers,
      ObjectProvider<Declarables> topology,
      ObjectProvider<Replays> replays,
      ObjectProvider<ReconcileLedger> reconciliations,
      ObjectProvider<DeadLetterDesk> letters,
      ObjectProvider<RoleHierarchy> roles) {
    return new RegisterMBeans(
        ManagementFactory.getPlatformMBeanServer(),
        hubMBeans,
        camel,
        producer,
        meters,
        relays,
        breakers,
        topology,
        replays,
        reconciliations,
        letters,
        () -> Caller.current(roles));
  }
}
