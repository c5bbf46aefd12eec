package io.tallyline.ops.console;

import java.lang.management.ManagementFactory;
import org.jolokia.support.spring.actuator.JolokiaEndpoint;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
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
}
