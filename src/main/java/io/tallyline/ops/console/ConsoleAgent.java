package io.tallyline.ops.console;

import jakarta.servlet.ServletConfig;
import java.util.Map;
import java.util.function.Supplier;
import org.jolokia.server.core.http.AgentServlet;
import org.jolokia.server.core.service.api.JolokiaServiceManager;
import org.jolokia.support.spring.actuator.JolokiaEndpoint;
import org.springframework.boot.actuate.endpoint.web.EndpointServlet;

/** Jolokia at {@code /actuator/jolokia}, behind {@link GuardMBeans}. */
final class ConsoleAgent extends AgentServlet {
  /** Fixed: no setting may loosen them. */
  private static final Map<String, String> PARAMETERS =
      Map.of(
          "allowErrorDetails", "false",
          "includeStackTrace", "false",
          "serializeException", "false",
          "discoveryEnabled", "false",
          "allowDnsReverseLookup", "false",
          "disableDetectors", "true",
          "debug", "false",
          "maxObjects", "500000");

  private static final long serialVersionUID = 1L;

  private final transient GuardMBeans guard;
  private final transient Supplier<Caller> caller;

  private ConsoleAgent(GuardMBeans guard, Supplier<Caller> caller) {
    super(guard);
    this.guard = guard;
    this.caller = caller;
  }

  @Override
  protected void initServices(ServletConfig config, JolokiaServiceManager services) {
    super.initServices(config, services);
    services.addService(new RefuseNotifications());
    services.addService(new MarkOperations(guard, caller));
  }

  /** The endpoint that Boot and Hawtio know, with this agent in it. */
  static JolokiaEndpoint endpoint(GuardMBeans guard, Supplier<Caller> caller) {
    return new JolokiaEndpoint(PARAMETERS) {
      @Override
      public EndpointServlet get() {
        return new EndpointServlet(new ConsoleAgent(guard, caller)).withInitParameters(PARAMETERS);
      }
    };
  }
}
