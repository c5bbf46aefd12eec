package io.tallyline.delivery;

import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import io.tallyline.contracts.Names;
import io.tallyline.delivery.PublishFailed.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;

/**
 * Publishes batches and returns when the broker has confirmed every message. It has one channel of
 * its own on the factory's publisher connection: Spring's cache of confirm channels leaks when a
 * broker crashes, and a consumer on the same connection would stop with the publishers under an
 * alarm.
 *
 * <p>All that can block (connecting, writing to a socket that the broker does not read) happens on
 * a thread of its own, so that a caller waits no longer than the timeout. Safe for several threads;
 * their batches go out one after another.
 */
public final class ConfirmedPublisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfirmedPublisher.class);

  private final ConnectionFactory connections;
  private final String name;
  private final Duration timeout;
  private final ReentrantLock oneBatch = new ReentrantLock(true);
  private final ExecutorService wire;

  // Written on the wire thread only.
  private volatile @Nullable Watched watched;
  private volatile @Nullable Line line;
  private volatile boolean closed;

  /**
   * @param name for logs and the thread
   * @param timeout longest time that {@link #publish} takes
   */
  public ConfirmedPublisher(ConnectionFactory connections, String name, Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("the publisher's timeout must be positive: " + timeout);
    }
    ConnectionFactory own = connections.getPublisherConnectionFactory();
    this.connections = own == null ? connections : own;
    this.name = name;
    this.timeout = timeout;
    this.wire =
        Executors.newSingleThreadExecutor(
            task -> {
              var thread = new Thread(task, "publish-" + name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Publishes in order and waits once, for all confirms.
   *
   * @throws PublishFailed unless every message was confirmed and none returned
   */
  public void publish(List<Outgoing> batch) throws PublishFailed {
    if (batch.isEmpty()) {
      return;
    }
    var attempt = new Attempt(List.copyOf(batch), System.nanoTime() + timeout.toNanos());
    attempt.refuseTooLarge(Names.LARGEST_MESSAGE_BYTES);
    boolean mine = false;
    try {
      mine = oneBatch.tryLock(attempt.nanosLeft(), TimeUnit.NANOSECONDS);
      if (!mine) {
        throw attempt.failed(Kind.TIMEOUT, "an earlier batch is still being published", null);
      }
      publish(attempt);
    } catch (InterruptedException e) {
      discard(attempt);
      Thread.currentThread().interrupt();
      throw attempt.failed(Kind.STOPPED, "the publishing thread was interrupted", null);
    } finally {
      if (mine) {
        oneBatch.unlock();
      }
    }
  }

  private void publish(Attempt attempt) throws PublishFailed, InterruptedException {
    if (closed) {
      throw attempt.failed(Kind.STOPPED, "the publisher '" + name + "' is closed", null);
    }
    String alarm = blockedBecause();
    if (alarm != null) {
      throw attempt.failed(Kind.BROKER_BLOCKED, "its alarm: " + alarm, null);
    }
    try {
      send(attempt);
      attempt.awaitSettled();
    } catch (TimeoutException e) {
      discard(attempt);
      String blocked = blockedBecause();
      throw blocked == null
          ? attempt.failed(Kind.TIMEOUT, "no answer within " + timeout.toMillis() + " ms", null)
          : attempt.failed(Kind.BROKER_BLOCKED, "its alarm: " + blocked, null);
    } catch (IOException | RuntimeException e) {
      discard(attempt);
      throw attempt.classified(e);
    }
    attempt.requireAllSafe();
  }

  /** The broker's own words while it takes no messages (memory or disk alarm), else null. */
  public @Nullable String blockedBecause() {
    Watched current = watched;
    return current == null || !current.connection.isOpen() ? null : current.alarm;
  }

  /** Closes the channel; the connection belongs to the factory. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    wire.execute(this::closeLine);
    wire.shutdown();
    try {
      if (!wire.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("publisher {}: the broker did not answer while its channel was closed", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(Attempt attempt) throws TimeoutException, IOException, InterruptedException {
    Future<?> sending;
    try {
      sending =
          wire.submit(
              () -> {
                openLine().send(attempt);
                return null;
              });
    } catch (RejectedExecutionException e) {
      throw new CancellationException("the publisher '" + name + "' was closed");
    }
    try {
      sending.get(attempt.nanosLeft(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      // Does nothing once it ran; else it must not start after its caller has gone.
      sending.cancel(false);
    }
  }

  private Line openLine() throws IOException {
    Line current = line;
    if (current != null && current.channel.isOpen()) {
      return current;
    }
    closeLine();
    Connection connection = connections.createConnection().getDelegate();
    if (connection == null) {
      throw new IOException("the connection factory gives no AMQP connection");
    }
    Watched known = watched;
    if (known == null || known.connection != connection) {
      watched = new Watched(connection);
    }
    var opened = new Line(connection);
    line = opened;
    return opened;
  }

  /** Gives up an attempt and its channel: late confirms must not be taken for the next batch's. */
  private void discard(Attempt attempt) {
    attempt.giveUp();
    try {
      wire.execute(
          () -> {
            Line current = line;
            if (current != null && current.attempt == attempt) {
              closeLine();
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("publisher {} is closed", name);
    }
  }

  private void closeLine() {
    Line current = line;
    line = null;
    if (current == null) {
      return;
    }
    try {
      current.channel.abort();
    } catch (IOException | RuntimeException e) {
      LOG.debug("publisher {}: its channel was gone already", name, e);
    }
  }

  /** A connection and whether its broker has an alarm, which it says once for each connection. */
  private static final class Watched implements BlockedListener {
    private final Connection connection;
    private volatile @Nullable String alarm;

    Watched(Connection connection) {
      this.connection = connection;
      connection.addBlockedListener(this);
    }

    @Override
    public void handleBlocked(String reason) {
      LOG.warn("the broker takes no messages: {}", reason);
      alarm = reason;
    }

    @Override
    public void handleUnblocked() {
      LOG.info("the broker takes messages again");
      alarm = null;
    }
  }

  /** The channel in confirm mode, and the batch that is on it. */
  private static final class Line implements ConfirmListener {
    private final Channel channel;
    private volatile @Nullable Attempt attempt;

    Line(Connection connection) throws IOException {
      Channel opened = connection.createChannel();
      if (opened == null) {
        throw new AmqpException("the broker allows this connection no further channel");
      }
      channel = opened;
      channel.confirmSelect();
      channel.addConfirmListener(this);
      channel.addReturnListener(
          returned -> {
            Attempt current = attempt;
            if (current != null) {
              current.returned(returned);
            }
          });
      channel.addShutdownListener(this::closed);
    }

    void send(Attempt next) throws IOException {
      attempt = next;
      next.startsAt(channel.getNextPublishSeqNo());
      ShutdownSignalException gone = channel.getCloseReason();
      if (gone != null) {
        throw gone;
      }
      for (int index = 0; index < next.size() && !next.isGivenUp(); index++) {
        Outgoing message = next.sending(index);
        channel.basicPublish(
            message.exchange(),
            message.routingKey(),
            message.mandatory(),
            message.properties(),
            message.body());
      }
      next.sentAll();
    }

    @Override
    public void handleAck(long tag, boolean multiple) {
      Attempt current = attempt;
      if (current != null) {
        current.settled(tag, multiple, true);
      }
    }

    @Override
    public void handleNack(long tag, boolean multiple) {
      Attempt current = attempt;
      if (current != null) {
        current.settled(tag, multiple, false);
      }
    }

    private void closed(ShutdownSignalException reason) {
      Attempt current = attempt;
      if (current != null) {
        current.broken(reason);
      }
    }
  }
}
