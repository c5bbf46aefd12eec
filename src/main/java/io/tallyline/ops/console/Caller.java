package io.tallyline.ops.console;

import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Who sent the request that is being answered.
 *
 * @param name as logged in; {@code -} if nobody is
 * @param roles of the console that they have
 */
record Caller(String name, Set<ConsoleRole> roles) {
  /** Where security is switched off nobody signs in: everybody may read, nobody may do more. */
  static final Caller NOBODY = new Caller("-", Set.of(ConsoleRole.VIEWER));

  boolean is(ConsoleRole role) {
    return roles.contains(role);
  }

  /** The caller of this thread's request. */
  static Caller current(ObjectProvider<RoleHierarchy> hierarchy) {
    Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
    if (authentication == null
        || authentication instanceof AnonymousAuthenticationToken
        || !authentication.isAuthenticated()) {
      return NOBODY;
    }
    Collection<? extends GrantedAuthority> granted = authentication.getAuthorities();
    RoleHierarchy roles = hierarchy.getIfAvailable();
    Set<String> authorities =
        (roles == null ? granted : roles.getReachableGrantedAuthorities(granted))
            .stream().map(GrantedAuthority::getAuthority).collect(Collectors.toSet());
    return new Caller(
        authentication.getName(),
        Arrays.stream(ConsoleRole.values())
            .filter(role -> authorities.contains(role.authority()))
            .collect(Collectors.toUnmodifiableSet()));
  }
}
