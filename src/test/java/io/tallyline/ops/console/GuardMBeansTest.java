package io.tallyline.ops.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.management.ObjectName;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class GuardMBeansTest {
  private static final ObjectName ROUTE =
      ConsoleOperation.name(
          "org.apache.camel:context=tallyline,type=routes,name=\"post-journals\"");

  private final GuardMBeans guard =
      new GuardMBeans(ManagementFactory.getPlatformMBeanServer(), () -> operator());

  private static Caller operator() {
    return new Caller("olga", Set.of(ConsoleRole.VIEWER, ConsoleRole.OPERATOR));
  }

  private static Caller nobodyKnown() {
    return new Caller("eve", Set.of());
  }

  @Test
  void both_lists_have_the_same_operations() throws Exception {
    List<String> inFile = new ArrayList<>();
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(GuardMBeans.class.getResourceAsStream(GuardMBeans.POLICY));
    var allowed =
        ((Element) document.getElementsByTagName("allow").item(0)).getElementsByTagName("mbean");
    for (int i = 0; i < allowed.getLength(); i++) {
      var mbean = (Element) allowed.item(i);
      String name = mbean.getElementsByTagName("name").item(0).getTextContent();
      var operations = mbean.getElementsByTagName("operation");
      for (int j = 0; j < operations.getLength(); j++) {
        inFile.add(name + " " + operations.item(j).getTextContent());
      }
    }

    assertThat(inFile)
        .containsExactlyInAnyOrderElementsOf(
            ConsoleOperation.ALL.stream()
                .map(allow -> allow.mbeans() + " " + allow.operation())
                .toList());
  }

  @Test
  void only_exact_signatures_are_found() {
    assertThat(guard.mayRun(operator(), ROUTE, "stop()")).isTrue();
    for (String other :
        List.of("stop", "stop() ", "stop( )", "Stop()", "stop(int)", "remove()", "", "stop()\n")) {
      assertThat(guard.mayRun(operator(), ROUTE, other)).as(other).isFalse();
    }
    assertThat(guard.mayRun(operator(), ROUTE, null)).isFalse();
  }

  @Test
  void a_pattern_is_no_name() {
    ObjectName pattern = ConsoleOperation.name("org.apache.camel:context=*,type=routes,name=*");

    assertThat(guard.mayRun(operator(), pattern, "stop()")).isFalse();
  }

  @Test
  void a_viewer_runs_what_only_reads_and_who_has_no_role_nothing() {
    assertThat(guard.mayRun(Caller.NOBODY, ROUTE, "dumpRouteAsXml()")).isTrue();
    assertThat(guard.mayRun(Caller.NOBODY, ROUTE, "stop()")).isFalse();
    assertThat(guard.mayRun(nobodyKnown(), ROUTE, "dumpRouteAsXml()")).isFalse();
  }

  @Test
  void an_operation_outside_of_a_post_request_is_refused() {
    assertThat(guard.isOperationAllowed(ROUTE, "stop()")).isFalse();
  }

  @Test
  void only_post_and_only_reading_and_running() {
    assertThat(guard.isHttpMethodAllowed(HttpMethod.POST)).isTrue();
    assertThat(guard.isHttpMethodAllowed(HttpMethod.GET)).isFalse();
    for (RequestType type : RequestType.values()) {
      boolean reads =
          Set.of(
                  RequestType.READ,
                  RequestType.LIST,
                  RequestType.SEARCH,
                  RequestType.VERSION,
                  RequestType.EXEC)
              .contains(type);
      assertThat(guard.isTypeAllowed(type)).as(type.toString()).isEqualTo(reads);
    }
    assertThat(guard.isAttributeWriteAllowed(ROUTE, "Tracing")).isFalse();
  }

  @Test
  void what_may_hold_secrets_is_not_read() {
    ObjectName runtime = ConsoleOperation.name("java.lang:type=Runtime");

    assertThat(guard.isAttributeReadAllowed(runtime, "Uptime")).isTrue();
    assertThat(guard.isAttributeReadAllowed(runtime, "SystemProperties")).isFalse();
    assertThat(guard.isAttributeReadAllowed(runtime, "InputArguments")).isFalse();
    for (String hidden :
        List.of(
            "com.zaxxer.hikari:type=PoolConfig (finance)",
            "com.sun.management:type=DiagnosticCommand",
            "org.apache.camel:context=tallyline,type=tracer,name=BacklogTracer",
            "Tomcat:type=Server",
            "JMImplementation:type=MBeanServerDelegate")) {
      ObjectName name = ConsoleOperation.name(hidden);
      assertThat(guard.isObjectNameHidden(name)).as(hidden).isTrue();
      assertThat(guard.isAttributeReadAllowed(name, "Any")).as(hidden).isFalse();
    }
  }

  @Test
  void text_of_others_stays_on_one_line() {
    assertThat(Printed.of("a\r\nb\u001b[31m\u202e"))
        .isEqualTo("a\\u000d\\u000ab\\u001b[31m\\u202e");
    assertThat(Printed.of("x".repeat(1_000))).hasSize(301).endsWith("…");
    assertThat(Printed.of(null)).isEqualTo("-");
  }
}
