package io.tallyline.ops.console;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.management.ObjectName;

/** Which MBeans the console shows, and which attributes of them. Everything else is hidden. */
final class ReadableMBeans {
  /** Process arguments, system properties and paths stay out of sight: they may hold secrets. */
  private static final Set<String> RUNTIME =
      Set.of("Name", "SpecVersion", "StartTime", "Uptime", "VmName", "VmVendor", "VmVersion");

  private static final ObjectName RUNTIME_NAME = ConsoleOperation.name("java.lang:type=Runtime");

  private static final List<ObjectName> SHOWN =
      Stream.concat(
              Stream.of("io.tallyline:*", "java.nio:type=BufferPool,*"),
              Stream.concat(
                  Stream.of(
                          "ClassLoading",
                          "GarbageCollector",
                          "Memory",
                          "MemoryPool",
                          "OperatingSystem",
                          "Runtime",
                          "Threading")
                      .map(type -> "java.lang:type=" + type + ",*"),
                  Stream.of(
                          "components",
                          "consumers",
                          "context",
                          "endpoints",
                          "processors",
                          "producers",
                          "routecontrollers",
                          "routes",
                          "services",
                          "threadpools")
                      .map(type -> "org.apache.camel:type=" + type + ",*")))
          .map(ConsoleOperation::name)
          .toList();

  private ReadableMBeans() {}

  /** Whether the MBean may be seen at all. */
  static boolean shows(ObjectName name) {
    return SHOWN.stream().anyMatch(shown -> shown.apply(name));
  }

  static boolean shows(ObjectName name, String attribute) {
    return shows(name) && (!RUNTIME_NAME.equals(name) || RUNTIME.contains(attribute));
  }
}
