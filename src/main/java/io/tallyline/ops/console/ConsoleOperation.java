package io.tallyline.ops.console;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * An operation that may be run through the console. What is not in {@link #ALL} cannot be run by
 * anybody.
 *
 * @param mbeans which MBeans have it
 * @param operation name and types of its parameters: {@code stop(long)}
 * @param role least role that may run it
 */
record ConsoleOperation(ObjectName mbeans, String operation, ConsoleRole role) {
  private static final String CONTEXT = "org.apache.camel:context=*,type=context,name=*";
  private static final String ROUTE = "org.apache.camel:context=*,type=routes,name=*";
  private static final String COUNTED = "org.apache.camel:context=*,type=%s,name=*";
  private static final String DUMP = "dumpStatsAsXml(boolean)";

  /** The whole list: what a viewer may run changes nothing. */
  static final List<ConsoleOperation> ALL =
      Stream.of(
              these(
                  CONTEXT,
                  ConsoleRole.VIEWER,
                  "dumpRoutesAsXml()",
                  "dumpRoutesAsXml(boolean)",
                  "dumpRoutesAsXml(boolean,boolean)",
                  "dumpRoutesStatsAsXml(boolean,boolean)",
                  DUMP),
              these(
                  ROUTE,
                  ConsoleRole.VIEWER,
                  "dumpRouteAsXml()",
                  "dumpRouteAsXml(boolean)",
                  "dumpRouteAsXml(boolean,boolean)",
                  "dumpRouteStatsAsXml(boolean,boolean)",
                  "dumpRouteSourceLocationsAsXml()",
                  "dumpStepStatsAsXml(boolean)",
                  DUMP),
              these(COUNTED.formatted("processors"), ConsoleRole.VIEWER, DUMP),
              these(
                  ROUTE,
                  ConsoleRole.OPERATOR,
                  "start()",
                  "stop()",
                  "stop(long)",
                  "stop(java.lang.Long,java.lang.Boolean)",
                  "suspend()",
                  "suspend(long)",
                  "resume()"),
              these("io.tallyline:type=Relay,*", ConsoleRole.OPERATOR, "wake()"),
              these("io.tallyline:type=Consumer,*", ConsoleRole.OPERATOR, "pause()", "resume()"),
              these("io.tallyline:type=Breaker,*", ConsoleRole.OPERATOR, "probeNow()"),
              these(
                  "io.tallyline:type=Desk,*",
                  ConsoleRole.OPERATOR,
                  "retryLetter(long,java.lang.String)",
                  "discardLetter(long,java.lang.String)",
                  "undoDiscard(long,java.lang.String)",
                  "reopenLetter(long,java.lang.String)",
                  "pauseReplay(long,java.lang.String)",
                  "resumeReplay(long,java.lang.String)",
                  "cancelReplay(long,java.lang.String)",
                  "reconcile(java.lang.String,java.lang.String,java.lang.String)"))
          .flatMap(List::stream)
          .toList();

  private static List<ConsoleOperation> these(
      String mbeans, ConsoleRole role, String... operations) {
    ObjectName pattern = name(mbeans);
    return Arrays.stream(operations)
        .map(operation -> new ConsoleOperation(pattern, operation, role))
        .toList();
  }

  /**
   * The operation with exactly this signature on this MBean; empty if nobody may run it.
   *
   * @param name no pattern: one matches nothing
   */
  static Optional<ConsoleOperation> find(ObjectName name, String signature) {
    return ALL.stream()
        .filter(allowed -> allowed.operation().equals(signature) && allowed.mbeans().apply(name))
        .findFirst();
  }

  static ObjectName name(String name) {
    try {
      return new ObjectName(name);
    } catch (MalformedObjectNameException e) {
      throw new IllegalArgumentException(name, e);
    }
  }
}
