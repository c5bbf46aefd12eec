package io.tallyline.delivery;

import com.rabbitmq.client.Channel;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.ImmediateRequeueAmqpException;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageListener;
import org.springframework.amqp.rabbit.connection.RabbitUtils;
import org.springframework.amqp.rabbit.listener.BlockingQueueConsumer;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.api.ChannelAwareBatchMessageListener;
import org.springframework.amqp.rabbit.listener.api.ChannelAwareMessageListener;
import org.springframework.amqp.rabbit.support.ActiveObjectCounter;
import org.springframework.amqp.rabbit.support.ConsumerCancelledException;

/** Hands whole batches to Camel's listener, and puts a failed one back after a pause. */
final class BatchContainer extends SimpleMessageListenerContainer {
  private static final Logger LOG = LoggerFactory.getLogger(BatchContainer.class);

  /** So long without a batch means that nothing is left of what the broker had sent ahead. */
  private static final Duration SHORTEST_QUIET = Duration.ofMillis(500);

  /** The broker answers an acknowledgement with more messages well within this. */
  private static final Duration SETTLING = Duration.ofMillis(300);

  private static final Duration LOOK_EVERY = Duration.ofMillis(5);

  /** A consumer with nothing to do looks whether it shall stop as often as this. */
  private static final Duration LONGEST_REST = Duration.ofMillis(100);

  /** Weak, because a consumer that never reached the broker ends without a word. */
  private final Set<BlockingQueueConsumer> consumers =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private final Duration batchWait;
  private final Duration quiet;
  private final AtomicInteger atWork = new AtomicInteger();
  private final AtomicInteger heldBack = new AtomicInteger();
  private final AtomicInteger batches = new AtomicInteger();
  private volatile boolean holding;
  private final Duration firstPause;
  private final Duration longestPause;
  private final String queues;
  private final AtomicInteger failuresInARow = new AtomicInteger();
  private final ReentrantLock pausing = new ReentrantLock();
  private final Condition stopping = pausing.newCondition();

  /**
   * @param batchWait how long a batch waits for one message more
   */
  BatchContainer(Duration batchWait, Duration firstPause, Duration longestPause, String... queues) {
    this.batchWait = batchWait;
    Duration gathered = batchWait.multipliedBy(2);
    this.quiet = gathered.compareTo(SHORTEST_QUIET) > 0 ? gathered : SHORTEST_QUIET;
    this.firstPause = firstPause;
    this.longestPause = longestPause;
    this.queues = String.join(", ", queues);
  }

  @Override
  public void setMessageListener(MessageListener listener) {
    super.setMessageListener(new Whole((ChannelAwareMessageListener) listener));
  }

  /**
   * A sender's header (springBatchFormat) would have a body taken for several messages; where it is
   * none, Spring drops the batch that is being gathered and the next acknowledgement covers it.
   */
  @Override
  protected boolean isDeBatchingEnabled() {
    return false;
  }

  /**
   * Leaves nothing to be delivered again. What a quorum queue has on its way to a consumer when
   * that is cancelled never arrives and counts as delivered. So no batch is begun, and none
   * acknowledged, until the broker has sent all that the prefetch allows; then the consumer is
   * cancelled, and then all that has arrived is worked off.
   */
  @Override
  protected void shutdownAndWaitOrCallback(Runnable callback) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(getShutdownTimeout());
    holding = true;
    awaitIdle(SETTLING, deadline);
    cancel();
    release();
    awaitIdle(quiet, deadline);
    super.shutdownAndWaitOrCallback(callback);
  }

  private void release() {
    pausing.lock();
    try {
      holding = false;
      stopping.signalAll();
    } finally {
      pausing.unlock();
    }
  }

  /** Nothing new comes from the broker after this. */
  private void cancel() {
    for (BlockingQueueConsumer consumer : consumers.toArray(BlockingQueueConsumer[]::new)) {
      Channel channel = consumer.getChannel();
      if (channel != null && channel.isOpen()) {
        consumer.getConsumerTags().forEach(tag -> RabbitUtils.cancel(channel, tag));
      }
    }
  }

  /**
   * Waits until nobody has been at work for so long; whoever is held back is not at work. Counts
   * looks, not time alone: a machine that stands still for a moment shows no work either.
   */
  private void awaitIdle(Duration time, long deadline) {
    long looksWanted = time.toMillis() / LOOK_EVERY.toMillis();
    long idleLooks = 0;
    int handled = batches.get();
    while (System.nanoTime() < deadline && idleLooks < looksWanted) {
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
      int now = batches.get();
      idleLooks = atWork.get() == heldBack.get() && now == handled ? idleLooks + 1 : 0;
      handled = now;
    }
  }

  @Override
  protected BlockingQueueConsumer createBlockingQueueConsumer() {
    var consumer = new Gathering(this);
    consumer.setGlobalQos(isGlobalQos());
    consumer.setMissingQueuePublisher(this::publishMissingQueueEvent);
    if (getQueueNames().length > 1) {
      // The queue of what is switched off is not there, and the others do not wait for it. Spring
      // looks for it again, each minute.
      consumer.setDeclarationRetries(0);
    }
    consumer.setBackOffExecution(getRecoveryBackOff().start());
    consumer.setShutdownTimeout(getShutdownTimeout());
    consumer.setApplicationEventPublisher(getApplicationEventPublisher());
    consumer.setMessageAckListener(getMessageAckListener());
    consumers.add(consumer);
    return consumer;
  }

  /**
   * Spring's consumer, but for two things. Cancelled while a batch is being gathered, it lets the
   * batch be finished instead of dropping it. And it waits long for the first message of a batch
   * and short, or not at all, for each further one: a batch is what has arrived while the one
   * before was worked on, so that a message that comes alone goes on at once.
   */
  private static final class Gathering extends BlockingQueueConsumer {
    private final long batchWait;
    private boolean gathered;

    Gathering(BatchContainer container) {
      super(
          container.getConnectionFactory(),
          container.getMessagePropertiesConverter(),
          // Its own: the container counts a consumer as ended when its thread has ended.
          new ActiveObjectCounter<>(),
          container.getAcknowledgeMode(),
          container.isChannelTransacted(),
          container.getPrefetchCount(),
          container.isDefaultRequeueRejected(),
          container.getConsumerArguments(),
          container.isNoLocal(),
          container.isExclusive(),
          container.getQueueNames());
      this.batchWait = container.batchWait.toMillis();
    }

    /** Called by the container's one thread of this consumer. */
    @Override
    public @Nullable Message nextMessage(long timeout) throws InterruptedException {
      try {
        Message message = super.nextMessage(gathered ? batchWait : LONGEST_REST.toMillis());
        gathered = message != null;
        return message;
      } catch (ConsumerCancelledException cancelled) {
        if (gathered) {
          gathered = false;
          return null;
        }
        throw cancelled;
      }
    }
  }

  private void pauseAfterFailure() {
    int failures = failuresInARow.incrementAndGet();
    long pause = firstPause.toNanos() << Math.min(failures - 1, 20);
    long left = pause <= 0 ? longestPause.toNanos() : Math.min(pause, longestPause.toNanos());
    waitHeldBack(left);
  }

  /** A batch that arrives while the container is about to stop waits until it is cancelled. */
  private void holdBack() {
    if (holding) {
      waitHeldBack(TimeUnit.MILLISECONDS.toNanos(getShutdownTimeout()));
    }
  }

  private void waitHeldBack(long nanos) {
    long left = nanos;
    pausing.lock();
    heldBack.incrementAndGet();
    try {
      while (left > 0 && (holding || isActive())) {
        left = stopping.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      heldBack.decrementAndGet();
      pausing.unlock();
    }
  }

  private static boolean isAway(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof ServerAway) {
        return true;
      }
    }
    return false;
  }

  private final class Whole implements ChannelAwareBatchMessageListener {
    private final ChannelAwareMessageListener route;

    Whole(ChannelAwareMessageListener route) {
      this.route = route;
    }

    @Override
    public void onMessageBatch(List<Message> messages, Channel channel) {
      atWork.incrementAndGet();
      try {
        holdBack();
        handOver(messages, channel);
      } finally {
        batches.incrementAndGet();
        atWork.decrementAndGet();
      }
    }

    private void handOver(List<Message> messages, Channel channel) {
      try {
        route.onMessage(new Batch(messages), channel);
        failuresInARow.set(0);
      } catch (OutOfMemoryError e) {
        throw e;
      } catch (Throwable e) {
        if (isAway(e)) {
          // Its breaker reports that, once.
          LOG.debug("A batch of {} messages goes back to {}", messages.size(), queues, e);
        } else {
          LOG.error(
              "DEL-022 a batch of {} messages from {} failed and goes back to its queue: {}. Mend"
                  + " the cause; they are delivered again.",
              messages.size(),
              queues,
              e.getMessage(),
              e);
        }
        pauseAfterFailure();
        // Without its cause, on purpose: some exceptions would make the container acknowledge.
        throw new ImmediateRequeueAmqpException("the route failed");
      }
    }
  }
}
