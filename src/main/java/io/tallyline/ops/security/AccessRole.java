package io.tallyline.ops.security;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** What a person or program may do; each role includes the ones before it. */
public enum AccessRole {
  /** Looks, and changes nothing. */
  VIEWER,
  /** Runs the hub: starts and stops routes, handles dead letters. */
  OPERATOR,
  /** Agrees to what moves money, such as a replay. */
  APPROVER,
  /** Everything that the hub offers over HTTP. */
  ADMIN;

  private static final String PREFIX = "ROLE_";

  /** As it stands in the users file, in settings and on the command line: {@code viewer}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As Spring Security spells it: {@code ROLE_VIEWER}. */
  public String authority() {
    return PREFIX + name();
  }

  List<GrantedAuthority> authorities() {
    return List.of(new SimpleGrantedAuthority(authority()));
  }

  public boolean includes(AccessRole other) {
    return ordinal() >= other.ordinal();
  }

  /** The highest role of somebody signed in; empty for nobody, and for somebody without a role. */
  public static Optional<AccessRole> of(@Nullable Authentication authentication) {
    if (authentication == null || !authentication.isAuthenticated()) {
      return Optional.empty();
    }
    return authentication.getAuthorities().stream()
        .map(GrantedAuthority::getAuthority)
        .flatMap(
            authority -> Arrays.stream(values()).filter(role -> role.authority().equals(authority)))
        .max(Comparator.naturalOrder());
  }

  /** Whether somebody signed in has this role or one that includes it. */
  public boolean isHeldBy(@Nullable Authentication authentication) {
    return of(authentication).filter(held -> held.includes(this)).isPresent();
  }

  /**
   * Reads {@code viewer}.
   *
   * @throws IllegalArgumentException if it is no role; says which there are
   */
  public static AccessRole parse(String word) {
    return Arrays.stream(values())
        .filter(role -> role.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is no role; choose from %s"
                        .formatted(OneLine.of(word), String.join(", ", words()))));
  }

  static List<String> words() {
    return Arrays.stream(values()).map(AccessRole::word).collect(Collectors.toList());
  }

  /** {@code ROLE_ADMIN > ROLE_APPROVER > ...}, for Spring Security. */
  static String hierarchy() {
    return Arrays.stream(values())
        .sorted(Comparator.reverseOrder())
        .map(AccessRole::authority)
        .collect(Collectors.joining(" > "));
  }
}
