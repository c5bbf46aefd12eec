package io.tallyline.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures show the routes as they are, and people can read them. */
class DrawFlowsTest {
  private static final Path ROUTES = Path.of("routes");
  private static final Path DOCS = Path.of("src/docs");
  private static final String STEPS =
      """
            steps:
              - to:
                  id: %s.work
                  uri: bean
                  parameters:
                    beanName: worker
      """;

  @TempDir private Path folder;

  @Test
  void pictures_in_the_docs_show_the_routes_as_they_are() throws IOException {
    DrawFlows pictures = DrawFlows.of(ROUTES);

    assertThat(pictures.findings()).isEmpty();
    assertThat(pictures.outdated(DOCS)).as("older than the routes; run ./hub flows").isEmpty();
  }

  @Test
  void every_route_file_has_a_picture_and_the_page_shows_it() throws IOException {
    Map<String, String> files = DrawFlows.of(ROUTES).files();

    try (Stream<Path> routes = Files.walk(ROUTES)) {
      List<String> pictures =
          routes
              .filter(path -> path.toString().endsWith(RouteFile.SUFFIX))
              .map(path -> ROUTES.relativize(path).toString().replace('/', '-'))
              .map(name -> "flows/" + name.replace(RouteFile.SUFFIX, ".svg"))
              .toList();

      assertThat(files.keySet()).containsAll(pictures).hasSize(pictures.size() + 2);
      assertThat(pictures).allSatisfy(name -> assertThat(files.get("flows.md")).contains(name));
    }
  }

  @Test
  void every_text_lies_inside_its_box_and_no_box_crosses_another() {
    DrawFlows.of(ROUTES).files().entrySet().stream()
        .filter(file -> file.getKey().endsWith(".svg"))
        .forEach(
            file -> {
              SvgShapes shapes = SvgShapes.of(file.getValue());
              assertThat(shapes.width()).as(file.getKey()).isBetween(300, 1000);
              assertThat(shapes.textsOutside()).as(file.getKey()).isEmpty();
              assertThat(shapes.textsThatMeet()).as(file.getKey()).isEmpty();
              assertThat(shapes.boxesThatCross()).as(file.getKey()).isEmpty();
              assertThat(shapes.title()).as(file.getKey()).isNotBlank();
            });
  }

  @Test
  void a_picture_names_queue_route_mapping_and_targets() {
    String picture = DrawFlows.of(ROUTES).files().get("flows/finance-post-journals.svg");

    assertThat(SvgShapes.of(picture).texts())
        .contains(
            "finance.journal",
            "erp.inventory",
            "post-journals",
            "bean postJournals.post",
            "inventory.assembly-transaction-created.v1",
            "finance/assembly-transaction-created/v1/journal.jslt",
            "ledger",
            "finance.journal.dead");
  }

  @Test
  void the_overview_leads_from_the_outbox_to_the_ledger_and_on_to_its_announcements() {
    FlowGraph graph = new FlowGraph(Flows.read(ROUTES, new Findings()));

    assertThat(graph.edges())
        .contains(
            new FlowGraph.Edge("TABLE inventory.outbox_event", "ROUTE relay-outbox", true),
            new FlowGraph.Edge("TABLE inventory.outbox_event", "ROUTE hear-outbox", false),
            new FlowGraph.Edge("ROUTE hear-outbox", "ROUTE relay-outbox", false),
            new FlowGraph.Edge("ROUTE relay-outbox", "EXCHANGE erp.events", true),
            new FlowGraph.Edge("EXCHANGE erp.inventory", "QUEUE finance.journal", true),
            new FlowGraph.Edge("ROUTE post-journals", "LEDGER ledger", true),
            new FlowGraph.Edge("LEDGER ledger", "TABLE finance.outbox_event", true),
            new FlowGraph.Edge("TABLE finance.outbox_event", "ROUTE announce-journals", true));
  }

  @Test
  void the_same_routes_give_the_same_pictures() {
    assertThat(DrawFlows.of(ROUTES).files()).isEqualTo(DrawFlows.of(ROUTES).files());
  }

  @Test
  void long_names_and_texts_stay_inside_their_boxes() throws IOException {
    String longest = "a-very-long-name-of-a-queue.that-goes-on.and-on-without-any-blank".repeat(3);
    route("hub", "carry-far", "spring-rabbitmq", "queues: " + longest);
    readme(
        "| `hub/carry-far` | queue `%s` | carries | queue `%s`, %s | store |"
            .formatted(longest, longest, "words ".repeat(40)));

    DrawFlows pictures = DrawFlows.of(folder);

    assertThat(pictures.findings()).isEmpty();
    SvgShapes shapes = SvgShapes.of(pictures.files().get("flows/hub-carry-far.svg"));
    assertThat(shapes.textsOutside()).isEmpty();
    assertThat(shapes.boxesThatCross()).isEmpty();
  }

  @Test
  void routes_that_wake_each_other_in_a_circle_are_drawn_once_each() throws IOException {
    for (String[] pair : new String[][] {{"ping", "pong"}, {"pong", "ping"}}) {
      Files.createDirectories(folder.resolve("hub"));
      Files.writeString(
          folder.resolve("hub/" + pair[0] + RouteFile.SUFFIX),
          """
          - route:
              id: %1$s
              description: Wakes the other one
              from:
                uri: seda:%1$s
                steps:
                  - to:
                      id: %1$s.wake
                      uri: seda
                      parameters:
                        name: %2$s
          """
              .formatted(pair[0], pair[1]));
    }
    readme(
        "| `hub/ping` | pong | wakes | `pong` | store |\n| `hub/pong` | ping | wakes | `ping` | store |");

    DrawFlows pictures = DrawFlows.of(folder);

    assertThat(pictures.findings()).isEmpty();
    assertThat(SvgShapes.of(pictures.files().get("flows/overview.svg")).texts())
        .contains("ping", "pong", "see above");
  }

  @Test
  void a_route_without_a_line_in_the_page_is_named_with_its_file_and_line() throws IOException {
    route("hub", "lonely", "timer", "timerName: lonely");
    readme("");

    assertThat(DrawFlows.of(folder).findings())
        .singleElement()
        .asString()
        .startsWith("routes/hub/lonely.camel.yaml:1:3 WRK-102 ")
        .contains("hub/lonely");
  }

  @Test
  void a_line_of_the_page_without_a_route_is_named() throws IOException {
    readme("| `hub/gone` | clock, each day | nothing | log | store |");

    assertThat(DrawFlows.of(folder).findings())
        .singleElement()
        .asString()
        .startsWith("routes/README.md:5 WRK-102 ")
        .contains("hub/gone");
  }

  @Test
  void a_line_of_the_page_that_cannot_be_read_is_named() throws IOException {
    route("hub", "lonely", "timer", "timerName: lonely");
    readme("| `hub/lonely` | clock | nothing | bucket `x` | store |");

    assertThat(DrawFlows.of(folder).findings())
        .singleElement()
        .asString()
        .startsWith("routes/README.md:5 WRK-101 ")
        .contains("bucket `x`");
  }

  @Test
  void a_page_that_names_another_queue_than_the_route_is_refused() throws IOException {
    route("hub", "carry", "spring-rabbitmq", "queues: one");
    readme("| `hub/carry` | queue `two` | carries | log | store |");

    assertThat(DrawFlows.of(folder).findings())
        .singleElement()
        .asString()
        .startsWith("routes/README.md:5 WRK-102 ")
        .contains("'one'");
  }

  @Test
  void a_picture_whose_route_is_gone_is_deleted_and_others_files_are_kept() throws IOException {
    Path docs = Files.createDirectories(folder.resolve("docs"));
    DrawFlows.of(ROUTES).write(docs);
    Path gone = docs.resolve("flows/hub-gone.svg");
    Files.copy(docs.resolve("flows/overview.svg"), gone);
    Path other = Files.writeString(docs.resolve("flows/drawn-by-hand.svg"), "<svg/>");

    List<String> changed = DrawFlows.of(ROUTES).write(docs);

    assertThat(changed).containsExactly("flows/hub-gone.svg");
    assertThat(gone).doesNotExist();
    assertThat(other).exists();
  }

  private void route(String area, String id, String scheme, String parameter) throws IOException {
    Files.createDirectories(folder.resolve(area));
    Files.writeString(
        folder.resolve(area + "/" + id + RouteFile.SUFFIX),
        """
        - route:
            id: %s
            description: %s
            from:
              id: %s.begin
              uri: %s
              parameters:
                %s
        """
                .formatted(
                    id,
                    "A description that needs more than one line. ".repeat(5),
                    id,
                    scheme,
                    parameter)
            + STEPS.formatted(id).indent(0));
  }

  private void readme(String rows) throws IOException {
    Files.writeString(
        folder.resolve(FlowRow.PAGE),
        """
        # Routes

        | route | from | does | to | role |
        |---|---|---|---|---|
        %s
        """
            .formatted(rows));
  }
}
