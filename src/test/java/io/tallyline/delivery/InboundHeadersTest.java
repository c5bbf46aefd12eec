package io.tallyline.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.component.springrabbit.DefaultMessagePropertiesConverter;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.amqp.core.MessageProperties;

class InboundHeadersTest {
  private final InboundHeaders headers = new InboundHeaders();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CamelSqlQuery",
        "camelsqlquery",
        "cAmElSqlQuery",
        "CAMELFileName",
        "CamelHttpUri",
        "CamelBeanMethodName",
        "CamelSpringRabbitmqRoutingOverrideKey",
        "CamelSpringRabbitmqExchangeOverrideName",
        "org.apache.camel.foo",
        "breadcrumbId",
        "MessageRouting",
        "x-app",
        "hub-attempts",
        "hub-routing-key",
        "Traceparent",
        "__TypeId__",
        "",
      })
  void keeps_out(String name) {
    assertThat(headers.applyFilterToExternalHeaders(name, "x", null)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"traceparent", "hub-versions", "cloudEvents:id"})
  void lets_in_what_the_contract_names_but_nothing_out(String name) {
    assertThat(headers.applyFilterToExternalHeaders(name, "x", null)).isFalse();
    assertThat(headers.applyFilterToCamelHeaders(name, "x", null)).isTrue();
  }

  /** Camel's own converter asks the strategy: the allow-list is not only there, it is used. */
  @Test
  void camels_own_converter_obeys() throws Exception {
    try (var context = new DefaultCamelContext()) {
      var converter = new DefaultMessagePropertiesConverter();
      converter.setHeaderFilterStrategy(headers);
      var properties = new MessageProperties();
      properties.setHeader("CamelSqlQuery", "DROP TABLE x");
      properties.setHeader("org.apache.camel.foo", "x");
      properties.setHeader("breadcrumbId", "a\r\nb");
      properties.setHeader("traceparent", "00-0-0-00");

      var read = converter.fromMessageProperties(properties, new DefaultExchange(context));

      assertThat(read)
          .containsKey("traceparent")
          .doesNotContainKeys("CamelSqlQuery", "org.apache.camel.foo", "breadcrumbId");
    }
  }
}
