package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import io.tallyline.workbench.SafeSteps;
import java.util.List;
import java.util.TreeSet;
import org.apache.camel.model.DynamicRouterDefinition;
import org.apache.camel.model.EnrichDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.PollEnrichDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RoutingSlipDefinition;
import org.apache.camel.model.ScriptDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;

/** Holds a loaded route to {@link SafeSteps}, before it runs. */
final class RefuseSteps {
  private static final List<Class<?>> DYNAMIC =
      List.of(
          ToDynamicDefinition.class,
          RecipientListDefinition.class,
          RoutingSlipDefinition.class,
          DynamicRouterDefinition.class,
          EnrichDefinition.class,
          PollEnrichDefinition.class,
          ScriptDefinition.class);

  private RefuseSteps() {}

  /**
   * @param where file and route, for people
   * @throws StartRefused OPS-230 a step that the message could steer; OPS-231 a language that can
   *     run code; OPS-232 a component that flows do not need
   */
  static void check(RouteDefinition route, String where) {
    component(route.getInput().getEndpointUri(), where + ", from");
    steps(route.getOutputs(), where);
  }

  private static void steps(List<ProcessorDefinition<?>> steps, String where) {
    for (ProcessorDefinition<?> step : steps) {
      step(step, where + ", step " + step.getId());
      steps(step.getOutputs(), where);
    }
  }

  private static void step(ProcessorDefinition<?> step, String where) {
    if (DYNAMIC.stream().anyMatch(type -> type.isInstance(step))) {
      throw new StartRefused(
          "OPS-230",
          "%s: '%s' lets a message choose where it goes or what is run. Write 'to' with a fixed endpoint, or a bean."
              .formatted(where, step.getShortName()));
    }
    if (step instanceof ExpressionNode expressing && expressing.getExpression() != null) {
      String language = expressing.getExpression().getLanguage();
      if (!SafeSteps.LANGUAGES.contains(language)) {
        throw new StartRefused(
            "OPS-231",
            "%s: the language '%s' is not one of %s. Use one of them, or a bean."
                .formatted(where, language, new TreeSet<>(SafeSteps.LANGUAGES)));
      }
    }
    if (step instanceof ToDefinition to) {
      component(to.getEndpointUri(), where);
    }
  }

  /** Also of an endpoint that is made while the hub runs, by whomever. */
  static void component(String uri, String where) {
    String scheme = uri.split("[:?]", 2)[0];
    if (!SafeSteps.COMPONENTS.contains(scheme)) {
      throw new StartRefused(
          "OPS-232",
          "%s: the component '%s' is not one of %s. Use one of them, or a bean."
              .formatted(where, scheme, new TreeSet<>(SafeSteps.COMPONENTS)));
    }
  }
}
