package io.tallyline.ops.console;

import static io.tallyline.ops.console.ConsoleHub.CONTEXT;
import static io.tallyline.ops.console.ConsoleHub.exec;
import static io.tallyline.ops.console.ConsoleHub.read;
import static io.tallyline.ops.console.ConsoleHub.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.spi.ManagementAgent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What must not be possible through Jolokia, tried by an admin; and what an operator may do. */
class JolokiaAttacksIT {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String POST_JOURNALS = "post-journals";
  private static final String IDLE = "watch-unrouted";
  private static final String LEDGER =
      "sql:insert into finance.ledger_journal (journal_date, description, source, external_ref,"
          + " currency) values (now(), 'forged', 'Forged', 'x', 'USD')?dataSource=#financeDataSource";

  private static ConsoleHub console;

  @BeforeAll
  static void start() {
    console = new ConsoleHub();
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  static Stream<Map<String, Object>> operations() {
    String relay = route("relay-outbox");
    String diagnostics = "com.sun.management:type=DiagnosticCommand";
    String hotSpot = "com.sun.management:type=HotSpotDiagnostic";
    String recorder = "jdk.management.jfr:type=FlightRecorder";
    return Stream.of(
        exec(CONTEXT, "sendBody(java.lang.String,java.lang.Object)", LEDGER, "x"),
        exec(CONTEXT, "sendBody", LEDGER, "x"),
        exec(CONTEXT, "sendStringBody(java.lang.String,java.lang.String)", LEDGER, "x"),
        exec(
            CONTEXT,
            "sendBodyAndHeaders(java.lang.String,java.lang.Object,java.util.Map)",
            "sql:select 1?dataSource=#financeDataSource",
            "x",
            Map.of("CamelSqlQuery", "delete from finance.outbox_event")),
        exec(CONTEXT, "requestBody(java.lang.String,java.lang.Object)", LEDGER, "x"),
        exec(CONTEXT, "requestStringBody(java.lang.String,java.lang.String)", LEDGER, "x"),
        exec(
            CONTEXT,
            "requestBodyAndHeaders(java.lang.String,java.lang.Object,java.util.Map)",
            "direct:hear-outbox",
            "x",
            Map.of()),
        exec(CONTEXT, "createEndpoint(java.lang.String)", "file:/etc?noop=true"),
        exec(CONTEXT, "removeEndpoints(java.lang.String)", "*"),
        exec(CONTEXT, "setGlobalOption(java.lang.String,java.lang.String)", "a", "b"),
        exec(CONTEXT, "getGlobalOption(java.lang.String)", "a"),
        exec(CONTEXT, "stop()"),
        exec(CONTEXT, "suspend()"),
        exec(CONTEXT, "restart()"),
        exec(CONTEXT, "startAllRoutes()"),
        exec(CONTEXT, "reset(boolean)", true),
        exec(relay, "updateRouteFromXml(java.lang.String)", "<route id=\"relay-outbox\"/>"),
        exec(relay, "updateRouteFromXml", "<route id=\"relay-outbox\"/>"),
        exec(relay, "remove()"),
        exec(relay, "remove"),
        exec(relay, "stopAndFail()"),
        exec(relay, "restart()"),
        exec(relay, "restart(long)", 1),
        exec(relay, "reset()"),
        exec(relay, "reset(boolean)", true),
        exec(relay, "setTracing(java.lang.Boolean)", true),
        // Spellings of what is allowed, or nearly.
        exec(relay, "stop( )"),
        exec(relay, "stop() "),
        exec(relay, " stop()"),
        exec(relay, "stop( long )", 1),
        exec(relay, "stop"),
        exec(relay, "STOP()"),
        exec(relay, "stop()(long)", 1),
        exec(relay, "dumpRouteAsXml()\nstop()"),
        exec("org.apache.camel:context=tallyline,type=routes,*", "stop()"),
        exec("*:type=routes,name=\"relay-outbox\",*", "stop()"),
        exec(
            "org.apache.camel:context=tallyline,type=tracer,name=BacklogTracer",
            "dumpAllTracedMessagesAsXml()"),
        exec(
            "org.apache.camel:context=tallyline,type=tracer,name=BacklogDebugger",
            "enableDebugger()"),
        exec(
            "org.apache.camel:context=tallyline,type=endpoints,name=\"seda://relay-outbox\"",
            "browseAllMessagesAsXml(java.lang.Boolean)",
            true),
        exec(diagnostics, "vmSystemProperties()"),
        exec(diagnostics, "jvmtiAgentLoad([Ljava.lang.String;)", List.of("/tmp/x.so")),
        exec(diagnostics, "compilerDirectivesAdd([Ljava.lang.String;)", List.of("/etc/passwd")),
        exec(diagnostics, "vmLog([Ljava.lang.String;)", List.of("output=/tmp/x")),
        exec(hotSpot, "dumpHeap(java.lang.String,boolean)", "/tmp/x.hprof", true),
        exec(hotSpot, "setVMOption(java.lang.String,java.lang.String)", "HeapDumpPath", "/tmp"),
        exec(hotSpot, "getVMOption(java.lang.String)", "HeapDumpPath"),
        exec(recorder, "newRecording()"),
        exec(recorder, "setConfiguration(long,java.lang.String)", 1, "x"),
        exec(recorder, "copyTo(long,java.lang.String)", 1, "/tmp/x.jfr"),
        exec(
            "java.util.logging:type=Logging",
            "setLoggerLevel(java.lang.String,java.lang.String)",
            "",
            "ALL"),
        exec(
            "ch.qos.logback.classic:Name=default,Type=ch.qos.logback.classic.jmx.JMXConfigurator",
            "reloadByURL(java.net.URL)",
            "http://127.0.0.1:1/x.xml"),
        exec(
            "org.apache.logging.log4j2:type=x",
            "setConfigText(java.lang.String,java.lang.String)",
            "x",
            "utf-8"),
        exec(
            "Tomcat:type=MBeanFactory",
            "createStandardHost(java.lang.String,java.lang.String,java.lang.String,boolean,boolean,boolean,boolean)",
            "Tomcat:type=Engine",
            "evil",
            "/",
            true,
            true,
            true,
            true),
        exec("Tomcat:type=Server", "stopInternal()"),
        exec(
            "DefaultDomain:type=MLet",
            "getMBeansFromURL(java.lang.String)",
            "http://127.0.0.1:1/x.mlet"),
        exec("com.zaxxer.hikari:type=Pool (finance)", "softEvictConnections()"),
        exec("hawtio:type=security,name=RBACRegistry", "list()"),
        exec(
            "hawtio:type=security,area=jmx,name=HawtioDummyJMXSecurity",
            "canInvoke(java.lang.String)",
            "x"),
        exec("jolokia:type=Config", "resetHistoryEntries()"),
        exec("java.lang:type=Memory", "gc()"),
        exec("java.lang:type=Threading", "dumpAllThreads(boolean,boolean)", true, true),
        exec("io.tallyline:type=Relay,name=inventory", "wake(java.lang.String)", "x"),
        exec("io.tallyline:type=Queues", "purge()"));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void no_operation_outside_the_list_runs(Map<String, Object> attack) {
    JsonNode answer = console.ask(AccessRole.ADMIN, attack);

    assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(403);
    assertThat(answer.has("value")).isFalse();
    assertThat(answer.has("stacktrace")).isFalse();
    assertUnharmed();
  }

  private static void assertUnharmed() {
    CamelContext camel = console.hub.bean(CamelContext.class);
    assertThat(camel.getStatus()).isEqualTo(ServiceStatus.Started);
    assertThat(TestHub.journals(console.finance)).isZero();
    assertThat(
            camel.getRoutes().stream()
                .filter(Route::isAutoStartup)
                .map(route -> camel.getRouteController().getRouteStatus(route.getRouteId())))
        .containsOnly(ServiceStatus.Started);
  }

  @Test
  void nothing_is_written() {
    for (String[] attribute :
        List.of(
            new String[] {CONTEXT, "Tracing", "true"},
            new String[] {CONTEXT, "Timeout", "1"},
            new String[] {CONTEXT, "StatisticsEnabled", "false"},
            new String[] {route("relay-outbox"), "Tracing", "true"},
            new String[] {route("relay-outbox"), "StatisticsEnabled", "false"},
            new String[] {"java.lang:type=Memory", "Verbose", "true"},
            new String[] {"java.lang:type=Threading", "ThreadCpuTimeEnabled", "false"},
            new String[] {"com.zaxxer.hikari:type=PoolConfig (finance)", "Password", "x"},
            new String[] {"io.tallyline:type=Relay,name=inventory", "Route", "x"},
            new String[] {"io.tallyline:type=Nothing", "Anything", "x"})) {
      JsonNode answer =
          console.ask(
              AccessRole.ADMIN,
              Map.of(
                  "type",
                  "write",
                  "mbean",
                  attribute[0],
                  "attribute",
                  attribute[1],
                  "value",
                  attribute[2]));

      assertThat(answer.path("status").asInt()).as(attribute[0] + " " + answer).isIn(403, 404);
      assertThat(answer.has("value")).isFalse();
    }
    assertThat(console.hub.bean(CamelContext.class).isTracing()).isFalse();
  }

  @Test
  void nothing_runs_or_answers_by_get() {
    String stop = "/exec/" + encoded(route(IDLE)) + "/stop()";
    for (String path :
        List.of(
            stop,
            "/read/java.lang:type=Memory/HeapMemoryUsage",
            "/list",
            "/search/*:*",
            "/write/java.lang:type=Memory/Verbose/true",
            "?p=" + stop.substring(1),
            "/?p=" + stop.substring(1) + "&_method=POST")) {
      for (String base : List.of("/actuator/jolokia", "/actuator/hawtio/jolokia")) {
        HttpResponse<String> answer = console.get(AccessRole.ADMIN, base + path);

        assertThat(
                answer.statusCode() != 200 || ConsoleHub.json(answer).path("status").asInt() != 200)
            .as(base + path + " " + answer.body())
            .isTrue();
      }
    }
    assertUnharmed();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void a_list_of_requests_is_decided_one_by_one() {
    JsonNode answers =
        console.ask(
            AccessRole.ADMIN,
            List.of(
                read("java.lang:type=Memory", "HeapMemoryUsage"),
                exec(CONTEXT, "sendBody(java.lang.String,java.lang.Object)", LEDGER, "x"),
                Map.of("type", "write", "mbean", CONTEXT, "attribute", "Tracing", "value", "true"),
                exec(CONTEXT, "dumpRoutesAsXml()")));

    assertThat(answers).hasSize(4);
    assertThat(answers.findValues("status").stream().map(JsonNode::asInt))
        .containsExactly(200, 403, 403, 200);
    assertUnharmed();
  }

  @Test
  void a_request_that_says_two_things_is_not_believed() {
    String mbean = CONTEXT.replace("\"", "\\\"");
    for (String attack :
        List.of(
            """
            {"type":"read","type":"exec","mbean":"%s","operation":"stop()"}"""
                .formatted(mbean),
            """
            {"type":"EXEC","mbean":"%s","operation":"stop()"}"""
                .formatted(mbean),
            """
            {"type":"exec","mbean":"%s","operation":["dumpRoutesAsXml()","stop()"]}"""
                .formatted(mbean),
            """
            {"type":"exec","mbean":"%s","operation":"dumpRoutesAsXml()","operation":"stop()"}"""
                .formatted(mbean),
            """
            {"type":"notification","command":"register"}""",
            """
            {"type":"regnotif","mbean":"%s"}"""
                .formatted(mbean),
            """
            {"type":"config","mbean":"%s"}"""
                .formatted(mbean),
            "[[" + ConsoleHub.text(exec(CONTEXT, "stop()")) + "]]",
            "{",
            "null",
            "")) {
      HttpResponse<String> answer = console.post(AccessRole.ADMIN, "/actuator/jolokia", attack);

      assertThat(
              answer.statusCode() != 200 || ConsoleHub.json(answer).path("status").asInt() != 200)
          .as(attack + " " + answer.body())
          .isTrue();
      assertThat(answer.body()).doesNotContain("stacktrace", "\tat ");
    }
    assertUnharmed();
  }

  @Test
  void no_other_host_is_reached_for_anybody() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      String host = "127.0.0.1:" + other.getLocalPort();
      for (String url :
          List.of(
              "service:jmx:rmi:///jndi/rmi://" + host + "/jmxrmi",
              "service:jmx:rmi:///jndi/ldap://" + host + "/x")) {
        Map<String, Object> request = read("java.lang:type=Memory", "HeapMemoryUsage");
        request.put("target", Map.of("url", url, "user", "a", "password", "b"));
        console.ask(AccessRole.ADMIN, request);
        request.put("mbean", "proxy@java.lang:type=Memory");
        console.ask(AccessRole.ADMIN, request);
      }
      for (String path :
          List.of("/" + host + "/x", "/http/127.0.0.1/" + other.getLocalPort() + "/x")) {
        assertThat(console.get(AccessRole.ADMIN, "/actuator/hawtio/proxy" + path).statusCode())
            .isGreaterThanOrEqualTo(400);
        assertThat(
                console
                    .post(
                        AccessRole.ADMIN, "/actuator/hawtio/proxy" + path, "{\"type\":\"version\"}")
                    .statusCode())
            .isGreaterThanOrEqualTo(400);
      }
      assertThat(console.get(AccessRole.ADMIN, "/actuator/hawtio/proxy/enabled").body().strip())
          .isNotEqualTo("true");

      other.setSoTimeout(1);
      assertThat(accepted(other)).as("connections that the hub made").isFalse();
    }
    assertThat(
            Stream.of(
                "org.jolokia.service.jsr160.Jsr160RequestHandler",
                "org.jolokia.service.discovery.DiscoveryMulticastResponder",
                "org.jolokia.service.notif.sse.SseNotificationBackend",
                "org.jolokia.service.history.HistoryMBean"))
        .allSatisfy(
            absent ->
                assertThat(
                        JolokiaAttacksIT.class
                            .getClassLoader()
                            .getResource(absent.replace('.', '/') + ".class"))
                    .isNull());
  }

  private static boolean accepted(ServerSocket socket) throws Exception {
    try {
      socket.accept().close();
      return true;
    } catch (SocketTimeoutException nobody) {
      return false;
    }
  }

  @Test
  void pages_of_other_hosts_get_nothing() {
    String request = ConsoleHub.text(read("java.lang:type=Memory", "HeapMemoryUsage"));
    for (String origin :
        List.of("https://evil.example", "http://evil.example:8080", "null", "x y")) {
      HttpResponse<String> answer =
          console.post(AccessRole.ADMIN, "/actuator/jolokia", request, "Origin", origin);

      assertThat(
              answer.statusCode() != 200 || ConsoleHub.json(answer).path("status").asInt() != 200)
          .as(origin + " " + answer.body())
          .isTrue();
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
  }

  @Test
  void what_may_hold_secrets_is_not_shown() {
    String everything =
        ConsoleHub.text(console.ask(AccessRole.ADMIN, read("*:*", null)))
            + ConsoleHub.text(console.ask(AccessRole.ADMIN, Map.of("type", "list")))
            + ConsoleHub.text(console.ask(AccessRole.ADMIN, exec(CONTEXT, "dumpRoutesAsXml()")));

    assertThat(everything)
        .hasSizeGreaterThan(50_000)
        .contains("relay-outbox", "HeapMemoryUsage", "spring-rabbitmq")
        .doesNotContain(
            console.finance.password(),
            console.finance.ownerPassword(),
            console.inventory.password(),
            console.inventory.ownerPassword(),
            RabbitNode.shared().password() + "@",
            "jdbc:postgresql",
            "java.class.path",
            "surefire");
    for (String attribute :
        List.of("SystemProperties", "InputArguments", "ClassPath", "LibraryPath")) {
      assertThat(
              console
                  .ask(AccessRole.ADMIN, read("java.lang:type=Runtime", attribute))
                  .path("status")
                  .asInt())
          .isEqualTo(403);
    }
    assertThat(
            console
                .ask(AccessRole.ADMIN, Map.of("type", "search", "mbean", "*:*"))
                .path("value")
                .toString())
        .contains("io.tallyline:", "org.apache.camel:", "java.lang:")
        .doesNotContain(
            "com.sun.management",
            "jdk.management",
            "java.util.logging",
            "JMImplementation",
            "Tomcat",
            "hikari",
            "hawtio",
            "jolokia",
            "BacklogTracer",
            "org.springframework");
  }

  @Test
  void camel_traces_and_debugs_nothing_masks_what_it_shows_and_takes_no_edits() {
    CamelContext camel = console.hub.bean(CamelContext.class);
    ManagementAgent agent = camel.getManagementStrategy().getManagementAgent();

    assertThat(camel.isTracing()).isFalse();
    assertThat(camel.isBacklogTracing()).isFalse();
    assertThat(camel.isDebugging()).isFalse();
    assertThat(camel.isLogMask()).isTrue();
    assertThat(agent.getMask()).isTrue();
    assertThat(agent.getUpdateRouteEnabled()).isFalse();
  }

  @Test
  void what_a_viewer_may_run_changes_nothing_and_the_rest_needs_an_operator() {
    for (ConsoleOperation allowed : ConsoleOperation.ALL) {
      String mbean = example(allowed);
      boolean changes = allowed.role() == ConsoleRole.OPERATOR;
      Map<String, Object> request =
          exec(mbean, allowed.operation(), arguments(allowed.operation()));

      JsonNode answer = console.ask(AccessRole.VIEWER, request);

      assertThat(answer.path("status").asInt())
          .as(allowed + " " + answer)
          .isEqualTo(changes ? 403 : 200);
      assertThat(answer.has("value")).isEqualTo(!changes);
    }
    assertUnharmed();
  }

  private static String example(ConsoleOperation operation) {
    JsonNode found =
        console
            .ask(
                AccessRole.VIEWER,
                Map.of("type", "search", "mbean", operation.mbeans().getCanonicalName()))
            .path("value");
    assertThat(found).as(operation.toString()).isNotEmpty();
    return found.get(0).asText();
  }

  private static Object[] arguments(String operation) {
    String types = operation.substring(operation.indexOf('(') + 1, operation.length() - 1);
    List<Object> arguments = new ArrayList<>();
    if (!types.isEmpty()) {
      for (String type : types.split(",")) {
        arguments.add(type.toLowerCase(java.util.Locale.ROOT).contains("boolean") ? false : 10);
      }
    }
    return arguments.toArray();
  }

  @Test
  void an_operator_stops_starts_suspends_and_resumes_routes_and_it_is_logged() {
    ListAppender<ILoggingEvent> lines = listen();

    for (Object[] step :
        List.of(
            new Object[] {"suspend()", ServiceStatus.Suspended},
            new Object[] {"resume()", ServiceStatus.Started},
            new Object[] {"suspend(long)", ServiceStatus.Suspended, 5},
            new Object[] {"start()", ServiceStatus.Started},
            new Object[] {"stop()", ServiceStatus.Stopped},
            new Object[] {"start()", ServiceStatus.Started},
            new Object[] {"stop(long)", ServiceStatus.Stopped, 5},
            new Object[] {"start()", ServiceStatus.Started},
            new Object[] {"stop(java.lang.Long,java.lang.Boolean)", ServiceStatus.Stopped, 5, true},
            new Object[] {"start()", ServiceStatus.Started})) {
      for (String id : List.of(IDLE, POST_JOURNALS, "relay-outbox")) {
        JsonNode answer =
            console.ask(
                AccessRole.OPERATOR,
                exec(route(id), (String) step[0], Stream.of(step).skip(2).toArray()));

        assertThat(answer.path("status").asInt()).as(id + " " + answer).isEqualTo(200);
        assertThat(status(id)).as(id + " after " + step[0]).isEqualTo(step[1]);
      }
    }
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .contains(
            "OPS-140 test-operator-token runs stop() of"
                + " org.apache.camel:context=tallyline,name=\"post-journals\",type=routes.");
  }

  private static ServiceStatus status(String route) {
    return console.hub.bean(CamelContext.class).getRouteController().getRouteStatus(route);
  }

  private static ListAppender<ILoggingEvent> listen() {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    ((Logger) LoggerFactory.getLogger(GuardMBeans.class)).addAppender(lines);
    return lines;
  }

  @Test
  void an_operator_runs_the_hubs_own_operations() {
    String consumer = "io.tallyline:type=Consumer,name=finance.journal";
    assertThat(ran("io.tallyline:type=Relay,name=inventory", "wake()")).isEqualTo(200);
    assertThat(ran("io.tallyline:type=Breaker,name=finance-database", "probeNow()")).isEqualTo(200);
    assertThat(ran(consumer, "pause()")).isEqualTo(200);
    assertThat(status(POST_JOURNALS)).isEqualTo(ServiceStatus.Stopped);
    assertThat(ran(consumer, "pause()")).isEqualTo(200);
    assertThat(ran(consumer, "resume()")).isEqualTo(200);
    await().atMost(LONG).until(() -> status(POST_JOURNALS) == ServiceStatus.Started);
  }

  private static int ran(String mbean, String operation) {
    return console.ask(AccessRole.OPERATOR, exec(mbean, operation)).path("status").asInt();
  }

  @Test
  void refusals_are_logged_with_who_and_what_on_one_line() {
    ListAppender<ILoggingEvent> lines = listen();

    console.ask(AccessRole.VIEWER, exec(route(IDLE), "stop()\nOPS-140 test-admin runs x"));

    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .anyMatch(
            line ->
                line.startsWith("OPS-141 test-viewer-token was refused to run stop()\\u000aOPS-140")
                    && !line.contains("\n"));
  }

  @Test
  void the_list_says_for_each_caller_what_they_may_press() {
    Map<String, Object> list =
        Map.of(
            "type",
            "list",
            "path",
            "org.apache.camel/context=tallyline,name=\"watch-unrouted\",type=routes");

    JsonNode viewer = console.ask(AccessRole.VIEWER, list).path("value").path("opByString");
    JsonNode operator = console.ask(AccessRole.OPERATOR, list).path("value").path("opByString");

    assertThat(viewer.path("stop()").path("canInvoke").asBoolean(true)).isFalse();
    assertThat(operator.path("stop()").path("canInvoke").asBoolean(false)).isTrue();
    assertThat(operator.path("remove()").path("canInvoke").asBoolean(true)).isFalse();
    assertThat(viewer.path("dumpRouteAsXml()").path("canInvoke").asBoolean(false)).isTrue();
  }
}
