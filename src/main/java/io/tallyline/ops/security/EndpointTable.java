package io.tallyline.ops.security;

import static io.tallyline.ops.security.AccessRole.ADMIN;
import static io.tallyline.ops.security.AccessRole.APPROVER;
import static io.tallyline.ops.security.AccessRole.OPERATOR;
import static io.tallyline.ops.security.AccessRole.VIEWER;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/**
 * Every endpoint of the hub and the least role that may use it: the only place that grants access.
 * What is not in the table is refused to everybody.
 *
 * <p>Who adds an endpoint adds its row here and in {@code src/docs/security.md}; tests compare all
 * three.
 */
public final class EndpointTable {
  /** Answered without signing in. */
  private static final @Nullable AccessRole EVERYBODY = null;

  private static final String READ = "GET,HEAD";

  /**
   * @param methods HTTP methods, separated by commas
   * @param pattern path; <code>*</code> is one segment, <code>**</code> any number of them
   * @param role least role that may use it; null for everybody
   * @param what what it is, for the page of the docs
   */
  public record Endpoint(String methods, String pattern, @Nullable AccessRole role, String what) {
    boolean isFor(HttpServletRequest request) {
      return List.of(methods.split(",")).contains(request.getMethod()) && isAt(request);
    }

    private boolean isAt(HttpServletRequest request) {
      return MATCHERS.get(pattern).matches(request);
    }

    public List<HttpMethod> eachMethod() {
      return Arrays.stream(methods.split(",")).map(HttpMethod::valueOf).toList();
    }
  }

  /** The first row that fits decides. */
  public static final List<Endpoint> ROWS =
      List.of(
          row(READ, "/actuator/health/liveness", EVERYBODY, "whether the process lives"),
          row(READ, "/actuator/health/readiness", EVERYBODY, "whether the hub can do its work"),
          row(READ, "/login", EVERYBODY, "page to sign in"),
          row("POST", "/login", EVERYBODY, "sign in by name and password"),
          row(READ, "/login.css", EVERYBODY, "style of that page"),
          row("POST", "/logout", EVERYBODY, "sign out"),
          row(READ, "/oauth2/authorization/*", EVERYBODY, "sign in by an OpenID provider"),
          row(READ, "/login/oauth2/code/*", EVERYBODY, "way back from that provider"),
          row(READ, "/", VIEWER, "leads to the desk, without the role ops to the console"),
          row(READ, "/actuator", VIEWER, "list of the endpoints below it"),
          row(READ, "/actuator/health/**", VIEWER, "health, part by part"),
          row(READ, "/actuator/info", VIEWER, "what runs"),
          row(READ, "/actuator/metrics/**", VIEWER, "metrics, one by one"),
          row(READ, "/actuator/prometheus", VIEWER, "metrics, all, for Prometheus"),
          row(READ, "/actuator/hawtio/**", VIEWER, "console"),
          row(READ, "/actuator/jolokia/**", VIEWER, "MBeans of the console, reading"),
          row("POST", "/actuator/jolokia/**", VIEWER, "MBeans; operations: operator, few of them"),
          row("POST", "/actuator/hawtio/jolokia/**", VIEWER, "the same, as the console calls it"),
          row(READ, "/actuator/sbom/**", ADMIN, "libraries inside the hub, by version"),
          row(READ, "/api/alerts", VIEWER, "alerts that fire"),
          row(READ, "/api/openapi", VIEWER, "the HTTP API, described (OpenAPI)"),
          row(READ, "/api/openapi.yaml", VIEWER, "the same as YAML"),
          row(READ, "/api/events/**", VIEWER, "event store: search, one event, its revisions"),
          row(READ, "/api/trace/*", VIEWER, "every step of a transaction"),
          row(READ, "/api/trial-balance", VIEWER, "what the ledger adds up to, as of a time"),
          row(
              READ,
              "/api/dead-letters/**",
              VIEWER,
              "dead letters: list, groups, one with everything"),
          row(
              "POST",
              "/api/dead-letters/**",
              OPERATOR,
              "retry, edit, discard, undo, reopen, redirect one"),
          row(READ, "/api/bulk-retries/**", VIEWER, "bulk retries and how far they are"),
          row("POST", "/api/bulk-retries/**", OPERATOR, "plan, start and stop them"),
          row(READ, "/api/approvals", VIEWER, "what waits for a second person"),
          row("POST", "/api/approvals/**", APPROVER, "agree to it or not"),
          row(READ, "/api/replays/**", VIEWER, "replays and how far they are"),
          row(
              "POST",
              "/api/replays/preview/**",
              VIEWER,
              "what a replay would do, without doing it"),
          row("POST", "/api/replays/**", OPERATOR, "plan, pause, resume and cancel them"),
          row(READ, "/api/replay-schedules/**", VIEWER, "replays that come again"),
          row("POST", "/api/replay-schedules/**", OPERATOR, "make, pause, resume and delete them"),
          row(
              READ,
              "/api/reconciliations/**",
              VIEWER,
              "whether the ledger agrees with the events; CSV too"),
          row(
              "POST",
              "/api/reconciliations/**",
              OPERATOR,
              "compare a window; replay what is missing"),
          row(READ, "/api/audit", VIEWER, "who did what"),
          row("POST", "/api/audit/verify", OPERATOR, "whether that record is whole"),
          row(READ, "/desk/**", VIEWER, "the desk: its pages"),
          row("POST", "/desk/approvals/**", APPROVER, "the desk: agree to what somebody asked for"),
          row("POST", "/desk/**", OPERATOR, "the desk: everything else that changes something"));

  private static final Map<String, PathPatternRequestMatcher> MATCHERS =
      ROWS.stream()
          .map(Endpoint::pattern)
          .distinct()
          .collect(
              Collectors.toMap(
                  Function.identity(), PathPatternRequestMatcher.withDefaults()::matcher));

  private EndpointTable() {}

  private static Endpoint row(
      String methods, String pattern, @Nullable AccessRole role, String what) {
    return new Endpoint(methods, pattern, role, what);
  }

  /** The row that decides about a request; empty if there is none. */
  public static Optional<Endpoint> rowFor(HttpServletRequest request) {
    return ROWS.stream().filter(row -> row.isFor(request)).findFirst();
  }

  /** Whether there is something at the request's path, whatever the method. */
  static boolean knowsPath(HttpServletRequest request) {
    return ROWS.stream().anyMatch(row -> row.isAt(request));
  }
}
