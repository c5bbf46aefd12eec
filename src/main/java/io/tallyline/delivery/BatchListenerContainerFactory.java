package io.tallyline.delivery;

import io.tallyline.contracts.StartRefused;
import java.util.Arrays;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.springrabbit.ListenerContainerFactory;
import org.apache.camel.component.springrabbit.MessagePropertiesConverter;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.springframework.amqp.core.AcknowledgeMode;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;

/**
 * Gives a route that consumes from the broker one exchange for each batch; its body is a {@code
 * List<org.springframework.amqp.core.Message>}, and it has no headers: what a sender wrote reaches
 * the route inside the messages only.
 *
 * <p>The batch is acknowledged when the route has ended without an exception. Otherwise the whole
 * batch goes back to its queue, whatever the exception, after a pause that grows with each failure
 * in a row. A route that knows which message cannot succeed must take it out of the batch itself.
 */
public final class BatchListenerContainerFactory implements ListenerContainerFactory {
  private final DeliveryProperties settings;

  public BatchListenerContainerFactory(DeliveryProperties settings) {
    this.settings = settings;
  }

  @Override
  public AbstractMessageListenerContainer createListenerContainer(SpringRabbitMQEndpoint endpoint) {
    refuseWhatWouldLoseMessages(endpoint);
    endpoint.setMessageConverter(new Batch.Converter());
    endpoint.setMessagePropertiesConverter(new NoHeaders());

    var container =
        new BatchContainer(
            settings.batchWait(),
            settings.failureWait(),
            settings.failureWaitMost(),
            queues(endpoint));
    Integer asked = endpoint.getPrefetchCount();
    int prefetch = asked == null ? settings.prefetch() : asked;
    container.setConnectionFactory(endpoint.getConnectionFactory());
    container.setQueueNames(queues(endpoint));
    container.setConsumerBatchEnabled(true);
    container.setBatchSize(Math.min(settings.batchSize(), prefetch));
    container.setPrefetchCount(prefetch);
    container.setAcknowledgeMode(AcknowledgeMode.AUTO);
    container.setDefaultRequeueRejected(true);
    container.setExclusive(endpoint.isExclusive());
    container.setConsumerArguments(endpoint.getConsumerArgs());
    if (endpoint.getConcurrentConsumers() != null) {
      container.setConcurrentConsumers(endpoint.getConcurrentConsumers());
    }
    container.setMissingQueuesFatal(false);
    container.setMismatchedQueuesFatal(false);
    container.setAutoDeclare(false);
    // A login that is refused for a moment must not end the consumer; the start has checked it.
    container.setPossibleAuthenticationFailureFatal(false);
    container.setRecoveryInterval(settings.reconnectWait().toMillis());
    container.setShutdownTimeout(settings.stopWait().toMillis());
    // The failure was logged, once and whole, where it was caught.
    container.setErrorHandler(failure -> {});
    return container;
  }

  private static String[] queues(SpringRabbitMQEndpoint endpoint) {
    return Arrays.stream(endpoint.getQueues().split(",")).map(String::strip).toArray(String[]::new);
  }

  private static void refuseWhatWouldLoseMessages(SpringRabbitMQEndpoint endpoint) {
    refuseIf(endpoint, endpoint.getQueues() == null, "names no queue", "queues: <name>");
    refuseIf(endpoint, endpoint.isAutoDeclare(), "would declare queues", "autoDeclare: false");
    refuseIf(
        endpoint, !endpoint.isDisableReplyTo(), "would answer senders", "disableReplyTo: true");
    refuseIf(
        endpoint,
        endpoint.isAsyncConsumer(),
        "would acknowledge before it ends",
        "asyncConsumer: false");
    refuseIf(
        endpoint,
        endpoint.getMaximumRetryAttempts() > 0,
        "would retry beside the queue",
        "maximumRetryAttempts: 0");
    refuseIf(
        endpoint,
        endpoint.getAcknowledgeMode() != AcknowledgeMode.AUTO,
        "would not acknowledge when it ends",
        "acknowledgeMode: AUTO");
  }

  private static void refuseIf(
      SpringRabbitMQEndpoint endpoint, boolean wrong, String what, String instead) {
    if (wrong) {
      throw new StartRefused(
          "DEL-020",
          "the route that consumes from '%s' %s. Set '%s' among its parameters."
              .formatted(endpoint.getQueues(), what, instead));
    }
  }

  /** Nothing that a sender wrote becomes a header of the exchange. */
  private static final class NoHeaders implements MessagePropertiesConverter {
    @Override
    public void setHeaderFilterStrategy(HeaderFilterStrategy strategy) {
      // There is nothing to filter.
    }

    @Override
    public MessageProperties toMessageProperties(Exchange exchange) {
      return new MessageProperties();
    }

    @Override
    public Map<String, Object> fromMessageProperties(
        MessageProperties properties, Exchange exchange) {
      return Map.of();
    }
  }
}
