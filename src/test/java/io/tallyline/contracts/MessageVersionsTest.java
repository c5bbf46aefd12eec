package io.tallyline.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageVersionsTest {
  @Test
  void reads_one_version_and_several_in_any_order() {
    assertThat(MessageVersions.ofFolders("inventory/sale/v1").numbers()).containsExactly(1);
    assertThat(MessageVersions.ofFolders("inventory/sale/v3, v1").numbers()).containsExactly(1, 3);
    MessageVersions versions = MessageVersions.ofRoutingKeys("inventory.sale.v2,v1");
    assertThat(versions.highest()).hasToString("inventory.sale.v2");
    assertThat(versions).hasToString("inventory.sale.v1,v2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inventory/sale",
        "inventory/sale/v1,",
        "inventory/sale/v1,v1",
        "x/v0",
        "a/b/v1;v2"
      })
  void refuses_what_has_another_form(String text) {
    assertThatThrownBy(() -> MessageVersions.ofFolders(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void believes_a_header_of_the_right_form() {
    assertThat(MessageVersions.published("v1,v2", 1)).containsExactly(1, 2);
    assertThat(MessageVersions.published(" v3 , v2", 1)).containsExactly(1, 2, 3);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "v0", "1,2", "v1;v2", "v99999", "v1,v2,", "all"})
  void takes_a_message_with_any_other_header_as_the_only_one(String header) {
    assertThat(MessageVersions.published(header, 4)).containsExactly(4);
  }
}
