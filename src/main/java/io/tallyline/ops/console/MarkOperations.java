package io.tallyline.ops.console;

import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.management.MBeanInfo;
import javax.management.ObjectName;
import org.jolokia.json.JSONObject;
import org.jolokia.service.jmx.handler.list.DataUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Marks in a list of MBeans which operations the caller may run, in the words that Hawtio reads
 * ({@code canInvoke}), so that it locks the buttons of all others.
 */
final class MarkOperations extends DataUpdater {
  private static final int AFTER_OTHERS = 1_000;
  private static final String MAY_RUN = "canInvoke";

  private final GuardMBeans guard;
  private final Supplier<Caller> caller;

  MarkOperations(GuardMBeans guard, Supplier<Caller> caller) {
    super(AFTER_OTHERS);
    this.guard = guard;
    this.caller = caller;
  }

  @Override
  public String getKey() {
    return "opByString";
  }

  @Override
  public void update(
      Map<String, Object> mbean, ObjectName name, MBeanInfo info, @Nullable Deque<String> path) {
    if (!(mbean.get("op") instanceof Map<?, ?> operations)) {
      return;
    }
    Caller who = caller.get();
    var bySignature = new JSONObject();
    operations.forEach(
        (operation, found) -> {
          Collection<?> overloads =
              found instanceof Collection<?> several ? several : List.of(found);
          for (Object overload : overloads) {
            mark(who, name, String.valueOf(operation), overload, bySignature);
          }
        });
    mbean.put(getKey(), bySignature);
    mbean.put(MAY_RUN, true);
  }

  @SuppressWarnings("unchecked")
  private void mark(
      Caller who, ObjectName name, String operation, Object overload, JSONObject bySignature) {
    var described = (Map<String, Object>) overload;
    String signature =
        operation
            + ((Collection<Map<String, Object>>) described.getOrDefault("args", List.of()))
                .stream()
                    .map(argument -> String.valueOf(argument.get("type")))
                    .collect(Collectors.joining(",", "(", ")"));
    described.put(MAY_RUN, guard.mayRun(who, name, signature));
    bySignature.put(signature, described);
  }
}
