package io.tallyline.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** A loopback line to a server on this machine that can be cut, stopped up or slowed down. */
public final class TcpProxy implements AutoCloseable {
  private static final int CHUNK = 64 * 1024;
  private static final int BACKLOG = 50;
  private static final Watch CARELESS = new Watch() {};

  /** What becomes of something that a client sent. */
  public enum Fate {
    PASS,
    /** The server gets it and answers; the line is cut before the client hears the answer. */
    ANSWER_LOST,
    /** The line is cut before the server gets it. */
    LOST
  }

  /** Looks at what passes on one connection; called by one thread for each direction. */
  public interface Watch {
    default Fate sent(byte[] bytes, int length) {
      return Fate.PASS;
    }

    /** Whether the answer that is being lost has come to its end. */
    default boolean answered(byte[] bytes, int length) {
      return true;
    }
  }

  private final int target;
  private final Supplier<Watch> watches;
  private final int port;
  private final Set<Line> lines = ConcurrentHashMap.newKeySet();
  private final AtomicLong connections = new AtomicLong();
  private final AtomicLong cuts = new AtomicLong();
  private final AtomicLong droppedBytes = new AtomicLong();

  private volatile boolean dropping;
  private volatile Duration delay = Duration.ZERO;
  private ServerSocket listening;
  private Thread taking;

  private TcpProxy(int target, Supplier<Watch> watches) {
    this.target = target;
    this.watches = watches;
    this.port = OwnedProcess.freePort();
    accept();
  }

  public static TcpProxy to(int target) {
    return to(target, () -> CARELESS);
  }

  /**
   * @param watches gives each connection its watch
   */
  public static TcpProxy to(int target, Supplier<Watch> watches) {
    return new TcpProxy(target, watches);
  }

  public int port() {
    return port;
  }

  /** Resets every connection on both sides. */
  public void cutAll() {
    lines.forEach(Line::cut);
  }

  /** From now on new connections are refused; those that stand are left alone. */
  public synchronized void refuse() {
    close(listening);
    // Until its call has returned, the system goes on listening for it.
    try {
      taking.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes new connections again. */
  public synchronized void accept() {
    if (listening != null && !listening.isClosed()) {
      return;
    }
    try {
      listening = new ServerSocket();
      listening.setReuseAddress(true);
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    ServerSocket socket = listening;
    taking = daemon("proxy-" + port, () -> takeFrom(socket));
  }

  /** From now on the server hears its clients, but they do not hear the server. */
  public void dropAnswers() {
    dropping = true;
  }

  /** Ends {@link #dropAnswers()}; a line with a hole in it is of no use any more and is cut. */
  public void deliverAnswers() {
    dropping = false;
    lines.stream().filter(line -> line.hole).forEach(Line::cut);
  }

  /** Holds back whatever passes from now on, each way, for so long. */
  public void delay(Duration longer) {
    delay = longer;
  }

  /** Connections taken so far. */
  public long connections() {
    return connections.get();
  }

  /** Connections cut so far, by order or by a watch. */
  public long cuts() {
    return cuts.get();
  }

  /** Bytes that servers sent and no client got. */
  public long droppedBytes() {
    return droppedBytes.get();
  }

  @Override
  public void close() {
    refuse();
    cutAll();
  }

  private void takeFrom(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        connections.incrementAndGet();
        connect(client);
      } catch (IOException closed) {
        // By refuse(), which asked for nothing else.
        return;
      }
    }
  }

  private void connect(Socket client) {
    try {
      client.setTcpNoDelay(true);
      var server = new Socket(InetAddress.getLoopbackAddress(), target);
      server.setTcpNoDelay(true);
      var line = new Line(client, server, watches.get());
      lines.add(line);
      daemon("proxy-" + port + "-sent", line::forwardSent);
      daemon("proxy-" + port + "-answers", line::forwardAnswers);
    } catch (IOException unreachable) {
      reset(client);
    }
  }

  private void hold() {
    long until = System.nanoTime() + delay.toNanos();
    for (long left = delay.toNanos(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static Thread daemon(String name, Runnable task) {
    var thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Closes so that the other side reads "connection reset" and not an end. */
  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException closedAlready) {
      return;
    }
    close(socket);
  }

  private static void close(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** One connection and its two directions. */
  private final class Line {
    private final Socket client;
    private final Socket server;
    private final Watch watch;
    private volatile boolean answerLost;
    private volatile boolean hole;

    Line(Socket client, Socket server, Watch watch) {
      this.client = client;
      this.server = server;
      this.watch = watch;
    }

    void forwardSent() {
      forward(client, server, this::passesSent);
    }

    void forwardAnswers() {
      forward(server, client, this::passesAnswer);
    }

    private boolean passesSent(byte[] bytes, int length) {
      Fate fate = watch.sent(bytes, length);
      if (fate == Fate.LOST) {
        cut();
      } else if (fate == Fate.ANSWER_LOST) {
        answerLost = true;
      }
      return fate != Fate.LOST;
    }

    private boolean passesAnswer(byte[] bytes, int length) {
      if (answerLost) {
        droppedBytes.addAndGet(length);
        if (watch.answered(bytes, length)) {
          cut();
        }
        return false;
      }
      if (dropping || hole) {
        hole = true;
        droppedBytes.addAndGet(length);
        return false;
      }
      return true;
    }

    private void forward(Socket from, Socket to, Passes passes) {
      byte[] bytes = new byte[CHUNK];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
          hold();
          if (passes.passes(bytes, length)) {
            out.write(bytes, 0, length);
          }
        }
        to.shutdownOutput();
      } catch (IOException torn) {
        // One side went away without a word: so does the other.
        end();
      }
      if (from.isClosed() || (client.isInputShutdown() && server.isInputShutdown())) {
        end();
      }
    }

    void cut() {
      if (lines.remove(this)) {
        cuts.incrementAndGet();
        reset(client);
        reset(server);
      }
    }

    private void end() {
      if (lines.remove(this)) {
        reset(client);
        reset(server);
      }
    }
  }

  @FunctionalInterface
  private interface Passes {
    boolean passes(byte[] bytes, int length);
  }
}
