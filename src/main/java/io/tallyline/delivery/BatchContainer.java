package io.tallyline.delivery;

import com.rabbitmq.client.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
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

/** Hands whole batches to Camel's listener, and puts a failed one back after a pause. */
final class BatchContainer extends SimpleMessageListenerContainer {
  private static final Logger LOG = LoggerFactory.getLogger(BatchContainer.class);

  /** Longer than a batch is gathered, so that a pause of this length means nothing is left. */
  private static final Duration QUIET = Duration.ofMillis(250);

  private static final Duration LOOK_EVERY = Duration.ofMillis(5);

  private final Set<BlockingQueueConsumer> consumers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger atWork = new AtomicInteger();
  private volatile long lastDone = System.nanoTime();
  private final Duration firstPause;
  private final Duration longestPause;
  private final String queues;
  private final AtomicInteger failuresInARow = new AtomicInteger();
  private final ReentrantLock pausing = new ReentrantLock();
  private final Condition stopping = pausing.newCondition();

  BatchContainer(Duration firstPause, Duration longestPause, String... queues) {
    this.firstPause = firstPause;
    this.longestPause = longestPause;
    this.queues = String.join(", ", queues);
  }

  @Override
  public void setMessageListener(MessageListener listener) {
    super.setMessageListener(new Whole((ChannelAwareMessageListener) listener));
  }

  @Override
  protected void shutdownAndWaitOrCallback(Runnable callback) {
    pausing.lock();
    try {
      stopping.signalAll();
    } finally {
      pausing.unlock();
    }
    finishWhatWasSentAhead();
    super.shutdownAndWaitOrCallback(callback);
  }

  @Override
  protected BlockingQueueConsumer createBlockingQueueConsumer() {
    consumers.removeIf(old -> old.getChannel() != null && !old.getChannel().isOpen());
    BlockingQueueConsumer consumer = super.createBlockingQueueConsumer();
    consumers.add(consumer);
    return consumer;
  }

  /**
   * Takes nothing new and works off what the broker has sent ahead. Left to itself the container
   * gives up a batch that is being gathered when it is told to stop, and its messages would all be
   * delivered again.
   */
  private void finishWhatWasSentAhead() {
    for (BlockingQueueConsumer consumer : consumers) {
      if (consumer.getChannel() != null) {
        consumer.getConsumerTags().forEach(tag -> RabbitUtils.cancel(consumer.getChannel(), tag));
      }
    }
    long now = System.nanoTime();
    long deadline = now + TimeUnit.MILLISECONDS.toNanos(getShutdownTimeout());
    long quietSince = now;
    while (now < deadline && now - quietSince < QUIET.toNanos()) {
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
      now = System.nanoTime();
      if (atWork.get() > 0) {
        quietSince = now;
      } else {
        quietSince = Math.max(quietSince, lastDone);
      }
    }
  }

  private void pauseAfterFailure() {
    int failures = failuresInARow.incrementAndGet();
    long pause = firstPause.toNanos() << Math.min(failures - 1, 20);
    long left = pause <= 0 ? longestPause.toNanos() : Math.min(pause, longestPause.toNanos());
    pausing.lock();
    try {
      while (left > 0 && isActive()) {
        left = stopping.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
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
        handOver(messages, channel);
      } finally {
        lastDone = System.nanoTime();
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
