package io.tallyline.contracts;

/** Exchanges, queues and headers that other systems rely on. */
public final class Names {
  /** Topic exchange every publisher sends to. */
  public static final String EVENTS_EXCHANGE = "erp.events";

  /**
   * Topic exchange of inventory messages, fed from {@link #EVENTS_EXCHANGE}; subscribers bind here.
   */
  public static final String INVENTORY_EXCHANGE = "erp.inventory";

  /** Exchange and queue of inventory messages that no queue was bound for. */
  public static final String UNROUTED = "erp.unrouted";

  /** Direct exchange of the dead-letter queues; the routing key is the queue's name. */
  public static final String DEAD_EXCHANGE = "hub.dead";

  /** Direct exchange of the wait queues; the routing key is the queue's name. */
  public static final String RETRY_EXCHANGE = "hub.retry";

  /**
   * Direct exchange by which a wait queue gives a message back to its work queue, whose name is the
   * routing key. Only the hub's own user may write to it: what comes from here is believed.
   */
  public static final String RETURN_EXCHANGE = "hub.return";

  /** Work queue of the journal writer. */
  public static final String JOURNAL_QUEUE = "finance.journal";

  /** What the names of all queues of finance start with. */
  public static final String FINANCE_QUEUES = "finance.";

  public static final String JOURNAL_DEAD_QUEUE = "finance.journal.dead";

  /** The event store's copy of everything. */
  public static final String EVENT_STORE_QUEUE = "hub.event-store";

  /** The event store's copies of messages that go into wait queues. */
  public static final String ATTEMPTS_QUEUE = "hub.attempts";

  /** Outbox rows on their way to be translated again. */
  public static final String OUTBOX_RETRY_QUEUE = "inventory.outbox.retry";

  /** The same for finance's own outbox. */
  public static final String FINANCE_OUTBOX_RETRY_QUEUE = "finance.outbox.retry";

  /** Outbox rows that no mapping could translate. */
  public static final String OUTBOX_DEAD_QUEUE = "inventory.outbox.dead";

  /** The same for finance's own outbox. */
  public static final String FINANCE_OUTBOX_DEAD_QUEUE = "finance.outbox.dead";

  /** All versions in which an event was published, for example {@code v1,v2}. */
  public static final String HUB_VERSIONS = "hub-versions";

  /** When the relay published a message, in milliseconds since 1970; for measuring only. */
  public static final String HUB_PUBLISHED_AT = "hub-published-at";

  public static final String HUB_REASON = "hub-reason";
  public static final String HUB_ERROR = "hub-error";
  public static final String HUB_ATTEMPTS = "hub-attempts";
  public static final String HUB_FIRST_FAILED_AT = "hub-first-failed-at";
  public static final String HUB_LAST_FAILED_AT = "hub-last-failed-at";
  public static final String HUB_QUEUE = "hub-queue";

  /**
   * The key a message was first routed by: on the way to a wait or dead queue the broker's own is
   * lost.
   */
  public static final String HUB_ROUTING_KEY = "hub-routing-key";

  /** Who asked for a message to be sent again: {@code replay:7}, {@code dead-letter:12}. */
  public static final String HUB_MARK = "hub-mark";

  /** Prefix of every header that only the hub itself may set. */
  public static final String HUB_PREFIX = "hub-";

  /**
   * Prefix under which a waiting message or a dead letter keeps a sender's header that would make
   * the broker copy or count: {@code CC}, {@code BCC}, {@code x-death} and the like.
   */
  public static final String HUB_SENDER_PREFIX = "hub-sender-";

  /** Which headers did not fit into one frame and were left out on the way to a wait queue. */
  public static final String HUB_DROPPED_HEADERS = "hub-dropped-headers";

  /** The span of the last attempt, which the next one is linked to. */
  public static final String HUB_LAST_SPAN = "hub-last-span";

  public static final String TRACEPARENT = "traceparent";

  /** Prefix of CloudEvents attributes in the AMQP binding. */
  public static final String CLOUD_EVENTS_PREFIX = "cloudEvents:";

  public static final String JSON = "application/json";

  /** A larger body is dead-lettered unread: 4 MiB. */
  public static final int LARGEST_BODY_BYTES = 4 * 1024 * 1024;

  /** A larger message is refused by the broker at publish: 16 MiB. */
  public static final int LARGEST_MESSAGE_BYTES = 16 * 1024 * 1024;

  private Names() {}
}
