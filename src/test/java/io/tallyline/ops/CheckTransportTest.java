package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.contracts.StartRefused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.logging.impl.NoOpLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class CheckTransportTest {
  private static final String AWAY = "rabbit.example:5671";
  private static final String DATABASE = "hub.finance.datasource.url";

  private final Map<String, Object> settings = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();

  CheckTransportTest() {
    settings.put("hub.serving", "true");
    settings.put("hub.roles", "finance");
    broker("127.0.0.1:5672", "guest", "guest");
  }

  private void broker(String addresses, String user, String password) {
    settings.put("spring.rabbitmq.addresses", addresses);
    settings.put("spring.rabbitmq.username", user);
    settings.put("spring.rabbitmq.password", password);
  }

  private void check() {
    var environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("test", settings));
    new CheckTransport(
            destination ->
                new NoOpLog() {
                  @Override
                  public void warn(Object message) {
                    warnings.add(String.valueOf(message));
                  }
                })
        .postProcessEnvironment(environment, new SpringApplication());
  }

  private void refuses(String... words) {
    assertThatThrownBy(this::check).isInstanceOf(StartRefused.class).hasMessageContainingAll(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:5672", "localhost:5672", "127.3.2.1:1", "[::1]:5672"})
  void takes_guest_on_this_machine(String address) {
    broker(address, "guest", "guest");

    check();

    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "rabbit.example:5672,guest,guest",
    "rabbit.example:5672,guest,a-good-one",
    "rabbit.example:5672,hub,guest",
    "10.0.0.7:5672,guest,guest",
    "'127.0.0.1:5672,rabbit.example:5672',guest,guest",
    "amqps://guest:guest@rabbit.example:5671,,",
    "localhost.example:5672,guest,guest",
    "[2001:db8::1]:5672,guest,guest",
  })
  void refuses_a_default_password_on_another_machine(String address, String user, String password) {
    broker(address, user == null ? "" : user, password == null ? "" : password);

    refuses("OPS-220", "guest");
  }

  @Test
  void refuses_no_password_at_all_since_that_means_guest() {
    broker(AWAY, "hub", "x");
    settings.remove("spring.rabbitmq.password");

    refuses("OPS-220");
  }

  @Test
  void warns_about_a_broker_without_tls_on_another_machine() {
    broker(AWAY, "hub", "a-good-one");

    check();

    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("OPS-226", AWAY)
        .doesNotContain("good");
  }

  @ParameterizedTest
  @ValueSource(strings = {"verify-hostname", "validate-server-certificate"})
  void refuses_tls_that_verifies_nobody_unless_that_is_accepted(String setting) {
    broker(AWAY, "hub", "a-good-one");
    settings.put("spring.rabbitmq.ssl.enabled", "true");
    check();
    assertThat(warnings).isEmpty();

    settings.put("spring.rabbitmq.ssl." + setting, "false");
    refuses("OPS-221", AWAY, "hub.security.allow-unverified-tls");

    settings.put("hub.security.allow-unverified-tls", "true");
    check();
    assertThat(warnings).singleElement().asString().contains("OPS-222");
  }

  @Test
  void sees_tls_in_an_address_too() {
    broker("amqps://" + AWAY, "hub", "a-good-one");
    check();
    assertThat(warnings).isEmpty();

    settings.put("spring.rabbitmq.ssl.verify-hostname", "false");
    refuses("OPS-221");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sslmode=require",
        "sslmode=prefer",
        "sslmode=allow",
        "sslmode=verify-ca",
        "sslmode=verify-full&sslfactory=org.postgresql.ssl.NonValidatingFactory",
        "ssl=true&sslhostnameverifier=com.example.Anybody",
      })
  void refuses_a_database_that_is_not_verified(String parameters) {
    settings.put(DATABASE, "jdbc:postgresql://db.example/finance?" + parameters);
    refuses("OPS-221", DATABASE, "sslmode=verify-full");

    settings.put(DATABASE, "jdbc:postgresql://localhost/finance?" + parameters);
    check();
    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sslmode=verify-full", "ssl=true"})
  void takes_a_database_that_is_verified(String parameters) {
    settings.put(DATABASE, "jdbc:postgresql://db.example/finance?" + parameters);

    check();

    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://db.example/finance",
        "jdbc:postgresql://localhost,db.example/finance?sslmode=disable",
        "jdbc:postgresql://db.example/finance?ssl=false",
      })
  void warns_about_a_database_without_tls_on_another_machine(String url) {
    settings.put(DATABASE, url);

    check();

    assertThat(warnings).singleElement().asString().contains("OPS-226", "db.example");
  }

  @Test
  void looks_only_at_what_the_roles_use() {
    settings.put("hub.inventory.datasource.url", "jdbc:postgresql://db.example/i?sslmode=require");
    check();

    settings.put("hub.roles", "relay");
    refuses("OPS-221", "hub.inventory.datasource.url");
  }

  @Test
  void refuses_a_password_in_a_url_and_does_not_repeat_it() {
    settings.put(DATABASE, "jdbc:postgresql://localhost/finance?user=x&password=very-secret");

    assertThatThrownBy(this::check)
        .hasMessageContainingAll("OPS-227", "hub.finance.datasource.password")
        .hasMessageNotContaining("very-secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SPRING_AMQP_DESERIALIZATION_TRUST_ALL", "spring.amqp.deserialization.trust.all"})
  void refuses_to_read_any_class_that_a_message_names(String name) {
    settings.put(name, "true");

    refuses("OPS-225", "spring.amqp.deserialization.trust.all");
  }
}
