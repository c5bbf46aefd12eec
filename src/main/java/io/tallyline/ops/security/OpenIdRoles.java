package io.tallyline.ops.security;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.GrantedAuthority;

/** What a provider says about somebody, as name and role of the hub. */
final class OpenIdRoles {
  /** Before the name, so that nobody at a provider is taken for a user of the users file. */
  private static final String PREFIX = "oidc:";

  private final AccessProperties.Oidc properties;

  OpenIdRoles(AccessProperties.Oidc properties) {
    this.properties = properties;
  }

  /** The highest role that the claims give; empty if they give none. */
  Optional<AccessRole> role(Map<String, Object> claims) {
    return values(find(claims, properties.rolesClaim()))
        .map(value -> properties.roles().get(value))
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder());
  }

  List<GrantedAuthority> authorities(Map<String, Object> claims) {
    return role(claims).map(AccessRole::authorities).orElse(List.of());
  }

  /** {@code oidc:<value>}; empty if the claim is missing, and then nobody is let in. */
  Optional<String> name(Map<String, Object> claims) {
    return find(claims, properties.nameClaim()) instanceof String name && !name.isBlank()
        ? Optional.of(PREFIX + name)
        : Optional.empty();
  }

  /** A claim of exactly this name, or the end of a dotted path through objects. */
  private static @Nullable Object find(Map<?, ?> claims, String path) {
    if (claims.containsKey(path)) {
      return claims.get(path);
    }
    int dot = path.indexOf('.');
    return dot > 0 && claims.get(path.substring(0, dot)) instanceof Map<?, ?> inner
        ? find(inner, path.substring(dot + 1))
        : null;
  }

  private static Stream<String> values(@Nullable Object claim) {
    if (claim instanceof String one) {
      return Stream.of(one);
    }
    return claim instanceof Collection<?> several
        ? several.stream().filter(String.class::isInstance).map(String.class::cast)
        : Stream.empty();
  }
}
