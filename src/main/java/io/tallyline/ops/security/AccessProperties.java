package io.tallyline.ops.security;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Who may reach the hub over HTTP.
 *
 * @param enabled whether users have to sign in; switched off only for a hub on loopback
 * @param usersFile users and tokens, see {@code ./hub users}; made with one admin if it is missing
 * @param usersCheckInterval how often the users file is looked at for changes
 * @param allowPlainHttp whether HTTP without TLS may be bound to an address that is not loopback,
 *     for a hub behind a proxy that ends TLS
 * @param lockout what repeated failures lead to
 * @param sessions of browsers
 * @param oidc how users of an OpenID Connect provider become users of the hub
 */
@ConfigurationProperties("hub.security")
public record AccessProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("data/users.conf") Path usersFile,
    @DefaultValue("2s") Duration usersCheckInterval,
    @DefaultValue("false") boolean allowPlainHttp,
    @DefaultValue Lockout lockout,
    @DefaultValue Sessions sessions,
    @DefaultValue Oidc oidc) {

  /**
   * @param userFailures failed sign-ins of one user until that user is refused for a while
   * @param addressFailures failed sign-ins from one address until that address is refused
   * @param window failures longer ago than this no longer count
   * @param duration how long a user or address is refused
   * @param entries most users and addresses that are remembered; the longest unused goes first
   */
  public record Lockout(
      @DefaultValue("5") int userFailures,
      @DefaultValue("20") int addressFailures,
      @DefaultValue("15m") Duration window,
      @DefaultValue("5m") Duration duration,
      @DefaultValue("10000") int entries) {
    public Lockout {
      bounded("hub.security.lockout.user-failures", userFailures, 1, 1_000);
      bounded("hub.security.lockout.address-failures", addressFailures, 1, 100_000);
      bounded("hub.security.lockout.entries", entries, 100, 1_000_000);
      Assert.isTrue(
          window.toMillis() > 0 && duration.toMillis() > 0,
          "hub.security.lockout.window and .duration must be longer than nothing");
    }
  }

  /**
   * @param perUser most sessions of one user; the oldest ends when another begins
   * @param most most sessions of all users together
   * @param longest how long a session may last, however busy it is
   */
  public record Sessions(
      @DefaultValue("5") int perUser,
      @DefaultValue("200") int most,
      @DefaultValue("12h") Duration longest) {
    public Sessions {
      bounded("hub.security.sessions.per-user", perUser, 1, 1_000);
      bounded("hub.security.sessions.most", most, 1, 100_000);
    }
  }

  /**
   * @param rolesClaim claim that names a user's roles or groups; a dotted path such as {@code
   *     realm_access.roles} leads into objects
   * @param nameClaim claim that tells users apart for good; shown, with {@code oidc:} before it
   * @param roles role of the hub for each value of that claim; other values give no role
   */
  public record Oidc(
      @DefaultValue("roles") String rolesClaim,
      @DefaultValue("sub") String nameClaim,
      @DefaultValue Map<String, AccessRole> roles) {}

  private static void bounded(String name, int value, int least, int most) {
    Assert.isTrue(
        value >= least && value <= most,
        () -> "%s must be %d to %d: %d".formatted(name, least, most, value));
  }
}
