package io.tallyline.delivery;

import com.rabbitmq.client.AMQP;

/**
 * A message on its way to the broker, exactly as it will stand on the wire.
 *
 * @param exchange the exchange's name; empty for the default exchange
 * @param mandatory whether the publish fails where no queue is bound for the message
 */
public record Outgoing(
    String exchange,
    String routingKey,
    AMQP.BasicProperties properties,
    byte[] body,
    boolean mandatory) {}
