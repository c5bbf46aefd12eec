package io.tallyline.bridge;

import java.util.regex.Pattern;

/** MassTransit's own words on RabbitMQ, and the queues that the hub has for it. */
final class MassTransit {
  /** Work queue of what arrives from MassTransit; an exchange of the same name takes sends. */
  static final String IN_QUEUE = "hub.masstransit";

  /** Work queue of what goes out to MassTransit. */
  static final String OUT_QUEUE = "hub.masstransit.out";

  /** Where both, and collected error queues, end. */
  static final String DEAD_QUEUE = "hub.masstransit.dead";

  static final String CONTENT_TYPE = "application/vnd.masstransit+json";

  /** In messages without an envelope: what the envelope's property messageType would say. */
  static final String MESSAGE_TYPE = "MT-MessageType";

  static final String CONTENT_TYPE_HEADER = "Content-Type";
  static final String MESSAGE_ID = "MessageId";
  static final String CORRELATION_ID = "CorrelationId";
  static final String CONVERSATION_ID = "ConversationId";
  static final String INITIATOR_ID = "InitiatorId";
  static final String REQUEST_ID = "RequestId";

  /** W3C trace context under MassTransit's name; it does not read {@code traceparent}. */
  static final String ACTIVITY_ID = "MT-Activity-Id";

  static final String FAULT_PREFIX = "MT-Fault";
  static final String REASON = "MT-Reason";
  static final String FAULT_EXCEPTION_TYPE = "MT-Fault-ExceptionType";
  static final String FAULT_MESSAGE = "MT-Fault-Message";
  static final String FAULT_TIMESTAMP = "MT-Fault-Timestamp";
  static final String FAULT_INPUT_ADDRESS = "MT-Fault-InputAddress";
  static final String FAULT_CONSUMER_TYPE = "MT-Fault-ConsumerType";
  static final String FAULT_RETRY_COUNT = "MT-Fault-RetryCount";

  /** What MassTransit adds to a queue's name for the queue of its failures. */
  static final String ERROR_SUFFIX = "_error";

  /** A correlation id that is no GUID travels under this name: the envelope's own holds GUIDs. */
  static final String TEXT_CORRELATION_ID = "Tallyline-CorrelationId";

  private static final Pattern TRACE =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.{0,256})?");

  private MassTransit() {}

  /** Whether a text is a W3C trace context; .NET's older hierarchical ids are not. */
  static boolean isTrace(String text) {
    return TRACE.matcher(text).matches();
  }
}
