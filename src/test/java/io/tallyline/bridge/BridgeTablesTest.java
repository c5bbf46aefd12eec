package io.tallyline.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BridgeTablesTest {
  @Test
  void knows_the_exchange_of_a_type() {
    assertThat(MessageUrn.ofUrn("urn:message:Company.Orders:SubmitOrder").exchange())
        .isEqualTo("Company.Orders:SubmitOrder");
    assertThat(MessageUrn.ofName("Company.Orders:Outer+Inner").exchange())
        .isEqualTo("Company.Orders:Outer-Inner");
    assertThat(MessageUrn.ofName("Company.Orders:Outer+Inner").urn())
        .isEqualTo("urn:message:Company.Orders:Outer+Inner");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Company.Orders:SubmitOrder -> inventory.sales-transaction-created.v1",
        "urn:message:Company.Orders -> inventory.sales-transaction-created.v1",
        "urn:message:A:B[[C:D]] -> inventory.sales-transaction-created.v1",
        "urn:message:A:B -> inventory/sales-transaction-created/v1"
      })
  void refuses_a_line_of_another_form(String line) {
    assertThatThrownBy(() -> BridgedTypes.inwards(line, "the route receive-masstransit"))
        .hasMessageStartingWith("BRI-001 the route receive-masstransit: '");
  }

  @Test
  void refuses_a_schema_that_is_not_there() {
    assertThatThrownBy(
            () ->
                new Bridged()
                    .in("urn:message:A:B -> inventory.no-such-event.v1", Bridged.envelope("{}")))
        .hasMessageContaining("inventory/no-such-event/v1");
  }
}
