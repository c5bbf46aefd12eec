package io.tallyline.ops.console;

import io.tallyline.contracts.StartRefused;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jolokia.server.core.restrictor.RestrictorFactory;
import org.jolokia.server.core.restrictor.policy.PolicyRestrictor;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * What Jolokia may do: read and list what {@link ReadableMBeans} shows, and run what {@link
 * ConsoleOperation} lists, by who has its role. Nothing is ever written, and nothing runs by GET.
 * The same list without roles stands in {@code jolokia-access.xml}; both must agree to a request.
 */
final class GuardMBeans implements Restrictor {
  private static final Logger log = LoggerFactory.getLogger(GuardMBeans.class);

  static final String POLICY = "/jolokia-access.xml";

  private static final Set<RequestType> TYPES =
      Set.of(
          RequestType.READ,
          RequestType.LIST,
          RequestType.SEARCH,
          RequestType.VERSION,
          RequestType.EXEC);

  private final MBeanServer server;
  private final Supplier<Caller> caller;
  private final PolicyRestrictor policy;

  /**
   * @param caller who sent the request that this thread answers
   * @throws StartRefused OPS-142 if the second list cannot be read
   */
  GuardMBeans(MBeanServer server, Supplier<Caller> caller) {
    this.server = server;
    this.caller = caller;
    this.policy = policy();
  }

  private static PolicyRestrictor policy() {
    try {
      PolicyRestrictor found = RestrictorFactory.lookupPolicyRestrictor("classpath:" + POLICY);
      if (found != null) {
        return found;
      }
      throw new StartRefused("OPS-142", POLICY + " is missing from the jar. Build it again.");
    } catch (IOException | SecurityException broken) {
      throw new StartRefused(
          "OPS-142",
          "%s cannot be read (%s). Correct it and build the jar again."
              .formatted(POLICY, broken.getMessage()));
    }
  }

  @Override
  public boolean isHttpMethodAllowed(HttpMethod method) {
    return method == HttpMethod.POST && policy.isHttpMethodAllowed(method);
  }

  /** Asked of commands that name no MBean; exec and read are decided one by one. */
  @Override
  public boolean isTypeAllowed(RequestType type) {
    return TYPES.contains(type) && (type == RequestType.EXEC || policy.isTypeAllowed(type));
  }

  @Override
  public boolean isAttributeReadAllowed(ObjectName name, String attribute) {
    return caller.get().is(ConsoleRole.VIEWER)
        && ReadableMBeans.shows(name, attribute)
        && policy.isAttributeReadAllowed(name, attribute);
  }

  @Override
  public boolean isAttributeWriteAllowed(ObjectName name, String attribute) {
    log.warn(
        "OPS-141 {} was refused to write {} of {}; the console writes nothing.",
        Printed.of(caller.get().name()),
        Printed.of(attribute),
        Printed.of(name.getCanonicalName()));
    return false;
  }

  @Override
  public boolean isOperationAllowed(ObjectName name, String operation) {
    Caller who = caller.get();
    boolean allowed = isPost() && mayRun(who, name, operation);
    if (!allowed) {
      log.warn(
          "OPS-141 {} was refused to run {} of {}.",
          Printed.of(who.name()),
          Printed.of(operation),
          Printed.of(name.getCanonicalName()));
    } else if (needs(name, operation) != ConsoleRole.VIEWER) {
      log.info(
          "OPS-140 {} runs {} of {}.",
          Printed.of(who.name()),
          Printed.of(operation),
          Printed.of(name.getCanonicalName()));
    }
    return allowed;
  }

  /**
   * Whether the caller may run it, asked without a trace: for showing what can be pressed.
   *
   * @param operation with or without the types of its parameters
   */
  boolean mayRun(Caller who, ObjectName name, @Nullable String operation) {
    ConsoleRole needed = needs(name, operation);
    return needed != null && who.is(needed);
  }

  private @Nullable ConsoleRole needs(ObjectName name, @Nullable String operation) {
    if (operation == null || name.isPattern()) {
      return null;
    }
    return signature(name, operation)
        .filter(signature -> policy.isOperationAllowed(name, signature))
        .flatMap(signature -> ConsoleOperation.find(name, signature))
        .map(ConsoleOperation::role)
        .orElse(null);
  }

  /**
   * A name without types is allowed if the MBean has one operation of the name, as Jolokia does.
   */
  private Optional<String> signature(ObjectName name, String operation) {
    if (operation.indexOf('(') >= 0) {
      return Optional.of(operation);
    }
    try {
      List<String> named =
          Arrays.stream(server.getMBeanInfo(name).getOperations())
              .filter(info -> info.getName().equals(operation))
              .map(GuardMBeans::signature)
              .toList();
      return named.size() == 1 ? Optional.of(named.get(0)) : Optional.empty();
    } catch (JMException gone) {
      return Optional.empty();
    }
  }

  /** Name and types: {@code stop(long)}. */
  static String signature(MBeanOperationInfo operation) {
    return Arrays.stream(operation.getSignature())
        .map(MBeanParameterInfo::getType)
        .collect(Collectors.joining(",", operation.getName() + "(", ")"));
  }

  private static boolean isPost() {
    HttpServletRequest request = request();
    return request != null && "POST".equals(request.getMethod());
  }

  private static @Nullable HttpServletRequest request() {
    return RequestContextHolder.getRequestAttributes()
            instanceof ServletRequestAttributes attributes
        ? attributes.getRequest()
        : null;
  }

  /** Who may reach the hub at all is decided before a request comes here. */
  @Override
  public boolean isRemoteAccessAllowed(String... hostOrAddress) {
    return true;
  }

  /** Only pages of this host may ask, and no other origin is ever told that it may. */
  @Override
  public boolean isOriginAllowed(@Nullable String origin, boolean onlyWhenStrict) {
    if (!onlyWhenStrict) {
      return false;
    }
    HttpServletRequest request = request();
    return origin == null || (request != null && isHost(origin, request.getServerName()));
  }

  private static boolean isHost(String origin, String host) {
    try {
      return host.equalsIgnoreCase(new URI(origin).getHost());
    } catch (java.net.URISyntaxException wrong) {
      return false;
    }
  }

  @Override
  public boolean isObjectNameHidden(ObjectName name) {
    return !ReadableMBeans.shows(name);
  }
}
