package io.tallyline.ops;

import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** The hub's own beans, read from its configuration classes without making any of them. */
final class KnownBeans {
  private KnownBeans() {}

  /** Names and types, whatever role they belong to. */
  static Map<String, Class<?>> all() {
    Map<String, Class<?>> beans = new TreeMap<>();
    collect(HubConfiguration.class, beans, new HashSet<>());
    return beans;
  }

  private static void collect(
      Class<?> configuration, Map<String, Class<?>> beans, Set<Class<?>> seen) {
    if (!seen.add(configuration)) {
      return;
    }
    for (Method method : configuration.getDeclaredMethods()) {
      Bean bean = AnnotatedElementUtils.findMergedAnnotation(method, Bean.class);
      if (bean != null) {
        String[] names = bean.name().length == 0 ? new String[] {method.getName()} : bean.name();
        for (String name : names) {
          beans.put(name, method.getReturnType());
        }
      }
    }
    Import imported = configuration.getAnnotation(Import.class);
    for (Class<?> other : imported == null ? new Class<?>[0] : imported.value()) {
      collect(other, beans, seen);
    }
    for (Class<?> nested : configuration.getDeclaredClasses()) {
      collect(nested, beans, seen);
    }
  }
}
