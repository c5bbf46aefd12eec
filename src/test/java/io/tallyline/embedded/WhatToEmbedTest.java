package io.tallyline.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class WhatToEmbedTest {
  private static final String SECRET = "s3cr3t-value";

  @Test
  void embeds_everything_where_nothing_is_configured() {
    var what = what();

    assertThat(what).isEqualTo(new WhatToEmbed(EnumSet.allOf(Database.class), true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "relay         | INVENTORY         | true",
        "finance       | FINANCE           | true",
        "store         | STORE             | true",
        "ops           | FINANCE,STORE     | false",
        "relay, Finance| INVENTORY,FINANCE | true",
      })
  void embeds_only_what_the_roles_use(String roles, String databases, boolean broker) {
    var what = what("hub.roles=" + roles);

    assertThat(what.databases().stream().map(Enum::name).collect(Collectors.joining(",")))
        .isEqualTo(databases);
    assertThat(what.broker()).isEqualTo(broker);
  }

  @Test
  void embeds_piece_by_piece() {
    var what =
        what(
            "hub.inventory.datasource.url=jdbc:postgresql://db/inventory",
            "hub.inventory.datasource.username=hub",
            "spring.rabbitmq.addresses=amqp://hub:secret@rabbit:5672/erp");

    assertThat(what.databases()).containsExactly(Database.FINANCE, Database.STORE);
    assertThat(what.broker()).isFalse();
  }

  @Test
  void embeds_nothing_where_all_is_configured() {
    var what =
        what(
            "hub.roles=finance",
            "hub.finance.datasource.url=jdbc:postgresql://db/finance",
            "hub.finance.datasource.username=hub",
            "spring.rabbitmq.host=rabbit",
            "spring.rabbitmq.username=hub");

    assertThat(what.nothing()).isTrue();
  }

  @Test
  void takes_a_blank_setting_for_none_and_an_environment_variable_for_one() {
    var environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(
            new SystemEnvironmentPropertySource(
                "test-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                Map.of(
                    "HUB_FINANCE_DATASOURCE_URL", "jdbc:postgresql://db/finance",
                    "HUB_FINANCE_DATASOURCE_USERNAME", "hub",
                    "HUB_INVENTORY_DATASOURCE_URL", "")));

    assertThat(WhatToEmbed.of(environment).databases())
        .containsExactly(Database.INVENTORY, Database.STORE);
  }

  @ParameterizedTest
  @MethodSource
  void refuses_half_a_configuration(List<String> settings, String sentence) {
    assertThatThrownBy(() -> what(settings.toArray(String[]::new)))
        .isInstanceOf(EmbeddedServersFailed.class)
        .hasMessageStartingWith(sentence)
        .hasMessageNotContaining(SECRET);
  }

  static Stream<Arguments> refuses_half_a_configuration() {
    return Stream.of(
        half("EMB-001 hub.roles has the unknown role 'relais'", "hub.roles=relais"),
        half(
            "EMB-002 hub.finance.datasource.url is set but hub.finance.datasource.username is not",
            "hub.finance.datasource.url=jdbc:postgresql://db/finance"),
        half(
            "EMB-002 hub.store.datasource.username is set but hub.store.datasource.url is not",
            "hub.store.datasource.username=hub"),
        half(
            "EMB-002 hub.inventory.datasource.password is set but hub.inventory.datasource.url is",
            "hub.inventory.datasource.password=" + SECRET),
        half(
            "EMB-002 hub.inventory.migration.username is set but hub.inventory.datasource.url is",
            "hub.inventory.migration.username=owner"),
        half(
            "EMB-002 hub.store.migration.password is set but hub.store.migration.username is not",
            "hub.store.datasource.url=jdbc:postgresql://db/hub",
            "hub.store.datasource.username=hub",
            "hub.store.migration.password=" + SECRET),
        half(
            "EMB-003 spring.rabbitmq.addresses is set but spring.rabbitmq.username is not",
            "spring.rabbitmq.addresses=rabbit:5672"),
        half(
            "EMB-003 spring.rabbitmq.host is set but spring.rabbitmq.username is not",
            "spring.rabbitmq.host=rabbit"),
        half(
            "EMB-003 spring.rabbitmq.username is set but spring.rabbitmq.addresses is not",
            "spring.rabbitmq.username=hub"),
        half(
            "EMB-003 spring.rabbitmq.password is set but spring.rabbitmq.addresses is not",
            "spring.rabbitmq.password=" + SECRET),
        half(
            "EMB-003 spring.rabbitmq.port is set but spring.rabbitmq.addresses is not",
            "spring.rabbitmq.port=5671"),
        half(
            "EMB-003 spring.rabbitmq.virtual-host is set but spring.rabbitmq.addresses is not",
            "spring.rabbitmq.virtual-host=erp"),
        half(
            "EMB-003 spring.rabbitmq.ssl is set but spring.rabbitmq.addresses is not",
            "spring.rabbitmq.ssl.key-store-password=" + SECRET));
  }

  private static Arguments half(String sentence, String... settings) {
    return Arguments.of(List.of(settings), sentence);
  }

  private static WhatToEmbed what(String... settings) {
    var environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(
            new MapPropertySource(
                "test",
                Stream.of(settings)
                    .map(setting -> setting.split("=", 2))
                    .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]))));
    return WhatToEmbed.of(environment);
  }
}
