package io.tallyline.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.delivery.Outgoing;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.amqp.core.Message;

class ReturnToEndpointTest {
  private static Message dead(String hubQueue, String inputAddress) {
    Map<String, Object> headers = new HashMap<>();
    headers.put("hub-queue", hubQueue);
    headers.put("hub-reason", "exhausted");
    headers.put("MT-Reason", "fault");
    headers.put("MT-Fault-InputAddress", inputAddress);
    headers.put("MT-Fault-Message", "it broke");
    headers.put("MT-Activity-Id", "kept");
    headers.put("x-death", "not kept");
    Message message = Bridged.message(MassTransit.CONTENT_TYPE, "{ }", headers);
    message.getMessageProperties().setMessageId("m-1");
    return message;
  }

  @ParameterizedTest
  @CsvSource({
    "rabbitmq://localhost/orders, orders",
    "rabbitmq://rabbit-1:5673/a%20host/orders?durable=true&prefetch=16, orders",
    "rabbitmq://user:secret@rabbit-1/vhost/Company.Orders-2, Company.Orders-2",
    "queue:orders?temporary=true, orders"
  })
  void goes_back_to_the_queue_that_the_address_names(String address, String queue)
      throws Exception {
    Outgoing returned = ReturnToEndpoint.of(dead(queue + "_error", address));

    assertThat(returned.exchange()).isEmpty();
    assertThat(returned.routingKey()).isEqualTo(queue);
    assertThat(returned.mandatory()).isTrue();
    assertThat(returned.body()).isEqualTo("{ }".getBytes(StandardCharsets.UTF_8));
    assertThat(returned.properties().getMessageId()).isEqualTo("m-1");
    assertThat(returned.properties().getHeaders()).containsOnlyKeys("MT-Activity-Id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"rabbitmq://localhost/finance.journal", "rabbitmq://localhost/", "::", "orders"})
  void goes_to_no_queue_but_that_of_its_error_queue(String address) {
    assertThatThrownBy(() -> ReturnToEndpoint.of(dead("billing_error", address)))
        .hasMessageStartingWith("BRI-021 ");
  }

  @Test
  void tells_nobody_a_password_that_stands_in_an_address() {
    assertThatThrownBy(
            () -> ReturnToEndpoint.of(dead("billing_error", "rabbitmq://user:secret@host/")))
        .hasMessageStartingWith("BRI-021 ")
        .hasMessageNotContaining("secret");
  }

  @Test
  void refuses_a_dead_letter_that_came_from_no_error_queue() {
    assertThatThrownBy(
            () -> ReturnToEndpoint.of(dead("hub.masstransit", "rabbitmq://host/hub.masstransit")))
        .hasMessageStartingWith("BRI-021 ");
  }
}
