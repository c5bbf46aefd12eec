package io.tallyline.delivery;

import java.util.List;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.support.converter.MessageConversionException;
import org.springframework.amqp.support.converter.MessageConverter;

/** Carries a list of messages through Camel's listener, which knows single ones only. */
final class Batch extends Message {
  private static final byte[] NOTHING = {};

  private final transient List<Message> messages;

  Batch(List<Message> messages) {
    super(NOTHING, new MessageProperties());
    this.messages = List.copyOf(messages);
  }

  /** Unpacks the list; never looks into a body. */
  static final class Converter implements MessageConverter {
    @Override
    public Object fromMessage(Message message) {
      return message instanceof Batch batch ? batch.messages : List.of(message);
    }

    @Override
    public Message toMessage(Object object, MessageProperties properties) {
      throw new MessageConversionException(
          "DEL-021 a consuming endpoint publishes nothing. Publish through ConfirmedPublisher.");
    }
  }
}
