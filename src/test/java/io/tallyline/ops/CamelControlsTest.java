package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.contracts.StartRefused;
import io.tallyline.workbench.SafeSteps;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.RouteDefinition;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.utils.SerializationUtils;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** What keeps known defects of Camel 4.17 without effect; the table is in src/docs/hardening.md. */
class CamelControlsTest {
  /** These come along with Camel's core or its tests; {@link SafeSteps} keeps them out of flows. */
  private static final Set<String> ONLY_ON_THE_CLASS_PATH =
      Set.of(
          "browse",
          "class",
          "controlbus",
          "dataformat",
          "dataset",
          "dataset-test",
          "file",
          "language",
          "micrometer",
          "mock",
          "ref",
          "rest",
          "rest-api",
          "saga",
          "spring-event",
          "sql-stored",
          "stub",
          "validator",
          "xslt");

  @Test
  void no_component_is_on_the_class_path_that_nobody_has_thought_about() throws Exception {
    Set<String> expected = new TreeSet<>(SafeSteps.COMPONENTS);
    expected.addAll(ONLY_ON_THE_CLASS_PATH);

    assertThat(services("component")).isEqualTo(expected);
  }

  @Test
  void no_language_is_on_the_class_path_that_compiles_or_scripts() throws Exception {
    assertThat(services("language"))
        .containsAll(SafeSteps.LANGUAGES)
        .doesNotContain(
            "groovy", "js", "java", "joor", "mvel", "ognl", "python", "datasonnet", "wasm");
  }

  private static Set<String> services(String kind) throws IOException {
    return Arrays.stream(
            new PathMatchingResourcePatternResolver()
                .getResources("classpath*:META-INF/services/org/apache/camel/" + kind + "/*"))
        .map(Resource::getFilename)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** One that loads what a name in a message says would be a way in, whatever is sent. */
  @Test
  void spring_reads_no_class_that_a_message_names() {
    assertThatThrownBy(
            () -> SerializationUtils.checkAllowedList(java.util.ArrayList.class, Set.of()))
        .isInstanceOf(SecurityException.class);
  }

  @Test
  void a_route_of_fixed_steps_passes() throws Exception {
    assertThatCode(
            () ->
                check(
                    new RouteBuilder() {
                      @Override
                      public void configure() {
                        from("direct:in").filter(simple("${body} != null")).to("log:out").end();
                      }
                    }))
        .doesNotThrowAnyException();
  }

  @Test
  void a_message_chooses_no_endpoint() throws Exception {
    refuses(
        "OPS-230",
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in").choice().when(simple("${body} != null")).toD("direct:${header.x}");
          }
        },
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in").filter(constant(true)).recipientList(header("x")).end();
          }
        },
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in").routingSlip(header("x"));
          }
        },
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in").pollEnrich("direct:x");
          }
        },
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in").wireTap("direct:${header.x}");
          }
        },
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in").dynamicRouter(header("x"));
          }
        });
  }

  @Test
  void no_step_runs_code() throws Exception {
    refuses(
        "OPS-230",
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in").script(simple("${body}"));
          }
        });
    refuses(
        "OPS-231",
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in").setBody().language("spel", "#{T(java.lang.Runtime).getRuntime()}");
          }
        },
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in").filter().xpath("/x").to("direct:out").end();
          }
        });
  }

  @Test
  void no_route_uses_a_component_that_flows_do_not_need() throws Exception {
    refuses(
        "OPS-232",
        new RouteBuilder() {
          @Override
          public void configure() {
            from("file:/etc").to("direct:out");
          }
        },
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in")
                .filter(constant(true))
                .to("controlbus:route?routeId=x&action=stop")
                .end();
          }
        },
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in").to("language:simple:x");
          }
        });
  }

  private static void refuses(String code, RouteBuilder... routes) throws Exception {
    for (RouteBuilder builder : routes) {
      assertThatThrownBy(() -> check(builder))
          .isInstanceOf(StartRefused.class)
          .hasMessageStartingWith(code)
          .hasMessageContaining("here");
    }
  }

  private static void check(RouteBuilder builder) throws Exception {
    builder.configure();
    for (RouteDefinition route : builder.getRouteCollection().getRoutes()) {
      RefuseSteps.check(route, "here");
    }
  }
}
