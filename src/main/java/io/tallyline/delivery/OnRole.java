package io.tallyline.delivery;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** The bean belongs to one of these roles; {@code hub.roles} says which the process has. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnRole.Configured.class)
@interface OnRole {
  String[] value();

  /** Without the setting a process has every role. */
  final class Configured implements Condition {
    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      Map<String, Object> attributes = metadata.getAnnotationAttributes(OnRole.class.getName());
      List<String> roles =
          Binder.get(context.getEnvironment())
              .bind("hub.roles", Bindable.listOf(String.class))
              .orElse(List.of());
      return attributes == null
          || roles.isEmpty()
          || Arrays.stream((String[]) attributes.get("value"))
              .anyMatch(role -> roles.stream().anyMatch(role::equalsIgnoreCase));
    }
  }
}
