package io.tallyline.ops;

import io.tallyline.delivery.DeclareTopology;
import io.tallyline.delivery.Delivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The broker's side of the process, for the roles that have one. */
@Configuration
@ConditionalOnRole({Role.RELAY, Role.FINANCE, Role.STORE})
@Import(Delivery.class)
class BrokerConfiguration {
  private static final Logger log = LoggerFactory.getLogger(BrokerConfiguration.class);

  /** Before the first route starts, or the start is refused. */
  @Bean
  SmartInitializingSingleton topologyAtStart(DeclareTopology topology, HubProperties properties) {
    return () -> topology.now(properties.start().longestWait(), log::info);
  }
}
