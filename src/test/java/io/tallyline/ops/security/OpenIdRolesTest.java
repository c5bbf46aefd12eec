package io.tallyline.ops.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenIdRolesTest {
  private static OpenIdRoles roles(String claim) {
    return new OpenIdRoles(
        new AccessProperties.Oidc(
            claim, "sub", Map.of("erp-ops", AccessRole.OPERATOR, "erp-boss", AccessRole.APPROVER)));
  }

  @Test
  void takes_the_highest_of_the_roles_that_are_mapped_and_ignores_the_others() {
    assertThat(roles("roles").role(Map.of("roles", List.of("erp-ops", "erp-boss", "admin"))))
        .contains(AccessRole.APPROVER);
    assertThat(roles("roles").role(Map.of("roles", "erp-ops"))).contains(AccessRole.OPERATOR);
    assertThat(roles("roles").role(Map.of("roles", List.of("admin", "ADMIN", 7)))).isEmpty();
    assertThat(roles("roles").role(Map.of())).isEmpty();
  }

  @Test
  void follows_a_dotted_path_and_prefers_a_claim_of_exactly_that_name() {
    assertThat(
            roles("realm_access.roles")
                .role(Map.of("realm_access", Map.of("roles", List.of("erp-ops")))))
        .contains(AccessRole.OPERATOR);
    assertThat(
            roles("https://erp.example/roles")
                .role(Map.of("https://erp.example/roles", List.of("erp-boss"))))
        .contains(AccessRole.APPROVER);
  }

  @Test
  void names_cannot_be_taken_for_those_of_the_users_file() {
    String name = roles("roles").name(Map.of("sub", "admin")).orElseThrow();

    assertThat(name).isEqualTo("oidc:admin");
    assertThat(UsersFile.isName(name)).isFalse();
    assertThat(roles("roles").name(Map.of())).isEmpty();
  }
}
