package io.tallyline.ops.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LockOutTest {
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final LockOut lockOut =
      new LockOut(
          new AccessProperties.Lockout(3, 5, Duration.ofMinutes(15), Duration.ofMinutes(5), 100),
          () -> now);

  @Test
  void refuses_from_the_last_failure_until_the_duration_has_passed() {
    lockOut.failed("ann", "a");
    lockOut.failed("ann", "b");
    assertThat(lockOut.refused("ann", "c")).isEmpty();
    assertThat(lockOut.failed("ann", "c").locked()).isTrue();

    assertThat(lockOut.refused("ann", "d")).contains(Duration.ofMinutes(5));
    assertThat(lockOut.refused("bob", "d")).isEmpty();
    now = now.plus(Duration.ofMinutes(5));
    assertThat(lockOut.refused("ann", "d")).isEmpty();
  }

  @Test
  void forgets_failures_after_the_window_and_after_a_right_password() {
    lockOut.failed("ann", "a");
    lockOut.failed("ann", "a");
    now = now.plus(Duration.ofMinutes(16));
    assertThat(lockOut.failed("ann", "a").count()).isEqualTo(1);

    lockOut.failed("ann", "a");
    lockOut.succeeded("ann");
    assertThat(lockOut.failed("ann", "z").count()).isEqualTo(1);
  }

  @Test
  void a_right_password_of_ones_own_does_not_clear_the_address() {
    for (int i = 0; i < 4; i++) {
      lockOut.failed("user" + i, "a");
      lockOut.succeeded("mallory");
    }

    assertThat(lockOut.failed("user5", "a").locked()).isTrue();
    assertThat(lockOut.refused("mallory", "a")).isPresent();
  }

  @Test
  void the_same_wrong_token_counts_once() {
    for (int i = 0; i < 50; i++) {
      lockOut.failedToken("same", "a");
    }
    assertThat(lockOut.refused(null, "a")).isEmpty();

    for (int i = 0; i < 5; i++) {
      lockOut.failedToken("other" + i, "a");
    }
    assertThat(lockOut.refused(null, "a")).isPresent();
  }

  @Test
  void remembers_no_more_than_it_may() {
    for (int i = 0; i < 10_000; i++) {
      lockOut.failed("user" + i, "address" + i);
    }

    assertThat(lockOut.remembered()).isEqualTo(100);
  }
}
