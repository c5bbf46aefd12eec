package io.tallyline.ops.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.ops.security.AccessRole;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openqa.selenium.By;

/** The console as people see it, in a browser, with every route that there is. */
class ConsoleIT {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final int SALES = 40;
  private static final String STOPPED_HERE = "watch-unrouted";
  private static final By NODES = By.cssSelector(".camel-node-content");
  private static final Pattern NODE_ID = Pattern.compile("\\(ID:\\s*([^)]+)\\)");
  private static final Pattern STEP_ID =
      Pattern.compile("^\\s+(?:- )?id: (\\S+[.]\\S+)$", Pattern.MULTILINE);

  private static ConsoleHub console;
  private static ConsoleBrowser browser;

  @BeforeAll
  static void start() {
    console = new ConsoleHub();
    new Outbox(console.inventory.ownerDataSource()).recordSales(SALES, "10.50", "7.25");
    await().atMost(LONG).until(() -> TestHub.journals(console.finance) == SALES);
    browser = new ConsoleBrowser(console.hub);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    console.close();
  }

  @AfterEach
  void signOut() {
    browser.signOut();
  }

  @Test
  void nobody_sees_the_console_without_signing_in() {
    browser.open("/actuator/hawtio/camel");
    assertThat(browser.path()).isEqualTo("/login");
    browser.picture("sign-in");

    browser.signIn(TestUsers.user(AccessRole.ADMIN), "wrong");

    assertThat(browser.text()).contains("User or password is wrong.");
    browser.open("/actuator/hawtio/index.html");
    assertThat(browser.path()).isEqualTo("/login");
  }

  @ParameterizedTest
  @EnumSource(AccessRole.class)
  void every_role_sees_every_route_drawn_with_its_numbers(AccessRole role) throws IOException {
    browser.signIn(role);
    browser.camel();
    assertThat(browser.one(By.id("hawtio-header-user-dropdown-toggle")).getText())
        .isEqualTo(TestUsers.user(role));

    Map<String, TreeSet<String>> expected = steps();
    for (Map.Entry<String, TreeSet<String>> route : expected.entrySet()) {
      browser.choose(route.getKey(), "Route Diagram");
      browser.until(
          "every step of " + route.getKey() + " drawn: " + route.getValue(),
          () -> drawn().equals(route.getValue()));
      int arrows = route.getValue().size() - 1;
      browser.until(
          "arrows between the steps of " + route.getKey(),
          () -> browser.all(By.cssSelector(".react-flow__edge")).size() >= arrows);
      assertThat(browser.all(NODES))
          .allSatisfy(node -> assertThat(node.getSize().getHeight()).isPositive());
    }
    if (role == AccessRole.VIEWER) {
      pictures();
    }
  }

  /** Of each route of the hub, the ids that stand in its file. */
  private static Map<String, TreeSet<String>> steps() throws IOException {
    Map<String, TreeSet<String>> steps = new TreeMap<>();
    try (Stream<Path> files = Files.walk(Path.of("routes"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".camel.yaml")).toList()) {
        TreeSet<String> ids = new TreeSet<>();
        STEP_ID.matcher(Files.readString(file)).results().map(id -> id.group(1)).forEach(ids::add);
        steps.put(file.getFileName().toString().replace(".camel.yaml", ""), ids);
      }
    }
    assertThat(console.hub.bean(CamelContext.class).getRoutes().stream().map(Route::getRouteId))
        .containsExactlyInAnyOrderElementsOf(steps.keySet());
    return steps;
  }

  private static TreeSet<String> drawn() {
    TreeSet<String> ids = new TreeSet<>();
    for (var node : browser.all(NODES)) {
      // Text, also of what is scrolled out of sight.
      NODE_ID
          .matcher(node.getDomProperty("textContent"))
          .results()
          .map(ConsoleIT::id)
          .forEach(ids::add);
    }
    return ids;
  }

  private static String id(MatchResult match) {
    return match.group(1).replaceAll("\\s", "");
  }

  private static void pictures() {
    for (String route : List.of("post-journals", "relay-outbox")) {
      browser.choose(route, "Attributes");
      browser.size(1100, route.startsWith("relay") ? 1300 : 1000);
      browser.choose(route, "Route Diagram");
      browser.until("the numbers of " + route, ConsoleIT::hasNumbers);
      browser.picture("diagram-" + route);
    }
    browser.size(1280, 900);
  }

  /** What is in work and what is done, at the first step. */
  private static boolean hasNumbers() {
    return !browser.all(NODES).isEmpty()
        && browser.all(NODES).get(0).getText().lines().filter(line -> line.matches("\\d+")).count()
            == 2;
  }

  @Test
  void the_table_of_routes_has_their_numbers() {
    browser.signIn(AccessRole.VIEWER);
    browser.camel();
    browser.choose("routes", "Routes");

    String row = browser.one(By.xpath("//tr[.//*[normalize-space()='post-journals']]")).getText();
    browser.picture("routes");

    List<String> cells = List.of(row.split("\\s+"));
    assertThat(cells.get(0)).isEqualTo("post-journals");
    assertThat(cells.get(1)).isEqualTo("Started");
    assertThat(Integer.parseInt(cells.get(3))).as("batches that were posted").isPositive();
    assertThat(cells.get(4)).as("failed").isEqualTo("0");
  }

  @Test
  void a_viewer_cannot_stop_a_route_by_clicking_nor_by_a_request_of_the_page() {
    browser.signIn(AccessRole.VIEWER);
    browser.camel();
    browser.choose("routes", "Routes");
    select(STOPPED_HERE);
    assertThat(browser.one(button("Stop")).isEnabled()).isFalse();
    browser.choose(STOPPED_HERE, "Operations");
    browser.one(By.xpath("//*[contains(text(),'dumpRouteAsXml()')]"));
    browser.picture("viewer-operations");

    Object answer = post(stopIt());

    assertThat(answer).asString().startsWith("403 Operation stop() forbidden");
    assertThat(status()).isEqualTo(ServiceStatus.Started);
  }

  private static void select(String route) {
    browser.click(
        By.xpath("//tr[.//*[normalize-space()='" + route + "']]//input[@type='checkbox']"));
  }

  private static By button(String text) {
    return By.xpath("//button[normalize-space()='" + text + "']");
  }

  private static String stopIt() {
    return ConsoleHub.text(ConsoleHub.exec(ConsoleHub.route(STOPPED_HERE), "stop()"));
  }

  /** As a script of the page sends it: with the session and the token that goes with it. */
  private static Object post(String body) {
    return browser.script(
        """
        const [body, done] = arguments;
        const token = document.cookie.split('; ').find(c => c.startsWith('XSRF-TOKEN=')).split('=')[1];
        fetch('/actuator/hawtio/jolokia', {method: 'POST', body,
            headers: {'Content-Type': 'application/json', 'X-XSRF-TOKEN': token}})
          .then(answer => answer.json())
          .then(json => done(json.status + ' ' + String(json.error).replace(/^.* : /, '')));""",
        body);
  }

  private static ServiceStatus status() {
    return console.hub.bean(CamelContext.class).getRouteController().getRouteStatus(STOPPED_HERE);
  }

  @Test
  void a_request_of_the_page_without_its_token_is_refused() {
    browser.signIn(AccessRole.ADMIN);
    browser.camel();

    Object status =
        browser.script(
            """
            const [body, done] = arguments;
            fetch('/actuator/jolokia', {method: 'POST', body,
                headers: {'Content-Type': 'application/json'}}).then(answer => done(answer.status));""",
            stopIt());

    assertThat(status).isEqualTo(403L);
    assertThat(status()).isEqualTo(ServiceStatus.Started);
  }

  @ParameterizedTest
  @EnumSource(
      value = AccessRole.class,
      names = {"OPERATOR", "APPROVER", "ADMIN"})
  void who_operates_stops_and_starts_a_route_by_clicking(AccessRole role) {
    browser.signIn(role);
    browser.camel();
    browser.choose("routes", "Routes");
    select(STOPPED_HERE);
    browser.click(button("Stop"));
    await().atMost(LONG).until(() -> status() == ServiceStatus.Stopped);
    browser.until("the table says so", () -> row().contains("Stopped"));
    if (role == AccessRole.OPERATOR) {
      browser.picture("route-stopped");
    }

    browser.camel();
    browser.choose("routes", "Routes");
    select(STOPPED_HERE);
    browser.click(button("Start"));
    await().atMost(LONG).until(() -> status() == ServiceStatus.Started);
  }

  private static String row() {
    return browser.one(By.xpath("//tr[.//*[normalize-space()='" + STOPPED_HERE + "']]")).getText();
  }

  @Test
  void the_hubs_own_mbeans_are_shown_with_their_values() {
    browser.signIn(AccessRole.VIEWER);
    browser.open("/actuator/hawtio/jmx");
    browser.click(By.xpath("//button[normalize-space()='Expand all']"));
    browser.choose("finance.journal", "Attributes");

    browser.until("its attributes", () -> browser.text().contains("post-journals"));
    browser.picture("mbean-consumer");
    assertThat(browser.text()).contains("State", "Started", "MeanBatch", "Outcomes");
  }

  @Test
  void the_page_of_the_docs_has_every_mbean_attribute_and_operation() throws Exception {
    assertThat(ConsolePage.table("mbeans")).isEqualTo(mbeans());
  }

  private static String mbeans() throws Exception {
    var server = ManagementFactory.getPlatformMBeanServer();
    Map<String, MBeanInfo> types = new TreeMap<>();
    for (ObjectName name : server.queryNames(new ObjectName("io.tallyline:*"), null)) {
      types.put(name.getKeyProperty("type"), server.getMBeanInfo(name));
    }
    List<String> rows = new ArrayList<>(List.of("| type | has | what |", "|---|---|---|"));
    types.forEach(
        (type, info) -> {
          rows.add("| **%s** | | %s |".formatted(type, info.getDescription()));
          Stream.of(info.getAttributes())
              .sorted(java.util.Comparator.comparing(MBeanAttributeInfo::getName))
              .forEach(a -> rows.add("| | `%s` | %s |".formatted(a.getName(), a.getDescription())));
          Stream.of(info.getOperations())
              .filter(operation -> !isGetter(operation))
              .sorted(java.util.Comparator.comparing(MBeanOperationInfo::getName))
              .forEach(
                  o ->
                      rows.add(
                          "| | `%s` | %s |"
                              .formatted(GuardMBeans.signature(o), o.getDescription())));
        });
    return String.join("\n", rows);
  }

  private static boolean isGetter(MBeanOperationInfo operation) {
    return "getter".equals(operation.getDescriptor().getFieldValue("role"));
  }
}
