package io.tallyline.ops.security;

import static io.tallyline.ops.security.SecuredHub.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletRegistration;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/** The table of endpoints against a running hub: nothing is missing, and every cell is true. */
class EndpointTableIT {
  /** Handlers that no request may reach from outside: Spring's target for its own error pages. */
  private static final Set<String> INTERNAL = Set.of("/error");

  private static final Set<String> REFUSED_METHODS = Set.of("OPTIONS", "TRACE", "PATCH");

  private static final TestHub HUB = SecuredHub.shared();

  @AfterAll
  static void endHub() {
    SecuredHub.end();
  }

  /** A mapping's path with something for its variables. */
  private static String example(String pattern) {
    return pattern
        .replaceAll("\\{\\*[^}]*}", "x/y")
        .replaceAll("\\{[^}]*}", "x")
        .replace("/**", "/x/y")
        .replace("*", "x");
  }

  private static boolean isInTable(String method, String path) {
    return EndpointTable.rowFor(new MockHttpServletRequest(method, path)).isPresent();
  }

  /** What Spring would hand to a handler: methods and paths. */
  private static List<String> handlers() {
    List<String> found = new ArrayList<>();
    for (HandlerMapping mapping : HUB.context().getBeansOfType(HandlerMapping.class).values()) {
      if (mapping instanceof RequestMappingInfoHandlerMapping methods) {
        methods.getHandlerMethods().keySet().forEach(info -> found.addAll(of(info)));
      } else if (mapping instanceof AbstractUrlHandlerMapping urls) {
        urls.getHandlerMap().keySet().forEach(path -> found.add("GET " + path));
      }
    }
    return found;
  }

  private static List<String> of(RequestMappingInfo info) {
    Set<RequestMethod> methods = info.getMethodsCondition().getMethods();
    Set<String> verbs = new HashSet<>();
    methods.forEach(method -> verbs.add(method.name()));
    if (verbs.isEmpty()) {
      verbs.add("GET");
    }
    return info.getPatternValues().stream()
        .flatMap(path -> verbs.stream().map(verb -> verb + " " + path))
        .toList();
  }

  @Test
  void every_handler_of_the_hub_is_in_the_table() {
    List<String> handlers = handlers();

    assertThat(handlers).contains("GET /login", "GET /actuator/prometheus", "GET /actuator/health");
    assertThat(handlers)
        .filteredOn(handler -> !INTERNAL.contains(handler.split(" ")[1]))
        .allSatisfy(
            handler ->
                assertThat(isInTable(handler.split(" ")[0], example(handler.split(" ")[1])))
                    .as(handler)
                    .isTrue());
  }

  @Test
  void no_servlet_stands_beside_springs_own() {
    var servlets =
        ((WebApplicationContext) HUB.context()).getServletContext().getServletRegistrations();

    assertThat(servlets.values())
        .filteredOn(servlet -> !servlet.getMappings().isEmpty())
        .flatExtracting(ServletRegistration::getMappings)
        .allSatisfy(
            mapping ->
                assertThat(mapping.equals("/") || isInTable("GET", example(mapping)))
                    .as(mapping)
                    .isTrue());
  }

  @Test
  void security_stands_before_everything_that_could_answer() {
    Map<String, ? extends FilterRegistration> filters =
        ((WebApplicationContext) HUB.context()).getServletContext().getFilterRegistrations();

    assertThat(filters).containsKey("springSecurityFilterChain");
    assertThat(filters.get("springSecurityFilterChain").getUrlPatternMappings()).contains("/*");
  }

  @TestFactory
  Stream<DynamicTest> each_role_reaches_what_the_table_says_and_nothing_more() {
    return EndpointTable.ROWS.stream()
        .flatMap(
            row ->
                row.eachMethod().stream()
                    .flatMap(
                        method ->
                            Stream.concat(
                                    Stream.of(Optional.<AccessRole>empty()),
                                    Arrays.stream(AccessRole.values()).map(Optional::of))
                                .map(
                                    role ->
                                        dynamicTest(
                                            "%s %s as %s"
                                                .formatted(
                                                    method,
                                                    row.pattern(),
                                                    role.map(AccessRole::word).orElse("nobody")),
                                            () -> check(row, method.name(), role)))));
  }

  private static void check(EndpointTable.Endpoint row, String method, Optional<AccessRole> role) {
    int status = status(method, example(row.pattern()), role);

    boolean allowed =
        row.role() == null || role.filter(held -> held.includes(row.role())).isPresent();
    if (allowed) {
      if (method.equals("POST") && row.role() == null) {
        checkForm(row.pattern(), status, role.isPresent());
      } else {
        assertThat(status).isNotIn(401, 403);
      }
    } else {
      assertThat(status).isEqualTo(role.isEmpty() ? 401 : 403);
    }
  }

  /** A stranger lacks the token of the page; a program that is known fills in no name. */
  private static void checkForm(String path, int status, boolean known) {
    if (known) {
      assertThat(status).isEqualTo(path.equals("/login") ? 401 : 204);
    } else {
      assertThat(status).isEqualTo(403);
    }
  }

  private static int status(String method, String path, Optional<AccessRole> role) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(HUB.uri(path))
            .header("Accept", "application/json")
            .method(
                method,
                method.equals("POST")
                    ? HttpRequest.BodyPublishers.ofString("{}")
                    : HttpRequest.BodyPublishers.noBody());
    if (method.equals("POST")) {
      request.header("Content-Type", "application/json");
    }
    role.ifPresent(held -> TestUsers.bearing(held, request));
    return send(request).statusCode();
  }

  @Test
  void what_is_not_in_the_table_is_there_for_nobody() {
    for (String path :
        List.of(
            "/actuator/env",
            "/actuator/heapdump",
            "/actuator/loggers",
            "/actuator/shutdown",
            "/actuator/threaddump",
            "/actuator/beans",
            "/actuator/configprops",
            "/actuator/mappings",
            "/error",
            "/api/nothing",
            "/webjars/x.js")) {
      HttpResponse<String> answer =
          send(
              TestUsers.bearing(
                  AccessRole.ADMIN,
                  HttpRequest.newBuilder(HUB.uri(path)).header("Accept", "application/json")));
      assertThat(answer.statusCode()).as(path).isEqualTo(404);
      assertThat(answer.headers().firstValue("Content-Type"))
          .contains("application/problem+json;charset=UTF-8");
      assertThat(status("POST", path, Optional.of(AccessRole.ADMIN))).as(path).isEqualTo(404);
      assertThat(status("GET", path, Optional.empty())).as(path).isEqualTo(401);
    }
  }

  @Test
  void another_method_than_the_tables_is_refused() {
    assertThat(status("POST", "/actuator/health", Optional.of(AccessRole.ADMIN))).isEqualTo(403);
    assertThat(status("DELETE", "/actuator/metrics", Optional.of(AccessRole.ADMIN))).isEqualTo(403);
    for (String method : REFUSED_METHODS) {
      String answer =
          RawHttp.send(
              HUB.httpPort(),
              "127.0.0.1",
              method + " /actuator/health/liveness HTTP/1.1",
              "Host: localhost",
              "Connection: close");
      assertThat(RawHttp.status(answer)).as(method).isIn(400, 405);
    }
  }
}
