package io.tallyline.testing;

import io.tallyline.testing.TcpProxy.Fate;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Cuts PostgreSQL connections at the worst moment: the client has sent COMMIT of a transaction that
 * wrote something and never hears whether it happened. One half of them did happen, the other half
 * never reached the server. It reads version 3 of the protocol, without encryption.
 */
public final class CommitsInDoubt {
  private final Random random;
  private final double share;
  private final String write;
  private final AtomicLong happened = new AtomicLong();
  private final AtomicLong neverArrived = new AtomicLong();
  private volatile boolean active;

  /**
   * @param share of the commits that are hit while active, 0 to 1
   * @param write only of transactions with a statement that contains this, in any case
   */
  public CommitsInDoubt(long seed, double share, String write) {
    this.random = new Random(seed);
    this.share = share;
    this.write = write.toUpperCase(Locale.ROOT);
  }

  /** A proxy that does it. */
  public TcpProxy before(OwnPostgres server) {
    return TcpProxy.to(server.port(), Requests::new);
  }

  public void start() {
    active = true;
  }

  public void stop() {
    active = false;
  }

  /**
   * What was done so far.
   *
   * @param happened transactions that were committed without their client hearing of it
   * @param neverArrived transactions whose COMMIT got lost on the way
   */
  public record Counts(long happened, long neverArrived) {
    public long all() {
      return happened + neverArrived;
    }
  }

  public Counts counts() {
    return new Counts(happened.get(), neverArrived.get());
  }

  private synchronized Fate draw() {
    if (!active || random.nextDouble() >= share) {
      return Fate.PASS;
    }
    boolean happens = random.nextBoolean();
    (happens ? happened : neverArrived).incrementAndGet();
    return happens ? Fate.ANSWER_LOST : Fate.LOST;
  }

  /** One connection's protocol: enough of it to know statements by their names. */
  private final class Requests implements TcpProxy.Watch {
    private static final int PROTOCOL_3 = 3 << 16;
    private static final byte[] READY = {'Z', 0, 0, 0, 5};

    private final Set<String> commits = new HashSet<>();
    private final Map<String, Boolean> writes = new HashMap<>();
    private byte[] begun = {};
    private boolean started;
    private boolean wrote;

    @Override
    public Fate sent(byte[] bytes, int length) {
      ByteBuffer buffer = ByteBuffer.allocate(begun.length + length);
      buffer.put(begun).put(bytes, 0, length).flip();
      Fate fate = Fate.PASS;
      while (fate == Fate.PASS && isWhole(buffer)) {
        fate = started ? message(buffer) : startup(buffer);
      }
      begun = new byte[buffer.remaining()];
      buffer.get(begun);
      return fate;
    }

    @Override
    public boolean answered(byte[] bytes, int length) {
      // Ready for query: its type, its length and one byte of status.
      int at = length - READY.length - 1;
      return at >= 0 && ByteBuffer.wrap(bytes, at, READY.length).equals(ByteBuffer.wrap(READY));
    }

    private boolean isWhole(ByteBuffer buffer) {
      int type = started ? 1 : 0;
      return buffer.remaining() >= type + Integer.BYTES
          && buffer.remaining() >= type + buffer.getInt(buffer.position() + type);
    }

    private Fate startup(ByteBuffer buffer) {
      int next = buffer.position() + buffer.getInt(buffer.position());
      started = buffer.getInt(buffer.position() + Integer.BYTES) == PROTOCOL_3;
      buffer.position(next);
      return Fate.PASS;
    }

    private Fate message(ByteBuffer buffer) {
      int start = buffer.position();
      byte type = buffer.get();
      int next = start + 1 + buffer.getInt();
      Fate fate =
          switch (type) {
            case 'Q' -> run(text(buffer));
            case 'P' -> {
              remember(text(buffer), text(buffer));
              yield Fate.PASS;
            }
            case 'B' -> {
              text(buffer);
              yield runNamed(text(buffer));
            }
            default -> Fate.PASS;
          };
      buffer.position(next);
      return fate;
    }

    private void remember(String name, String sql) {
      commits.remove(name);
      if (isCommit(sql)) {
        commits.add(name);
      }
      writes.put(name, isWrite(sql));
    }

    private Fate run(String sql) {
      remember("", sql);
      return runNamed("");
    }

    private Fate runNamed(String name) {
      if (commits.contains(name)) {
        Fate fate = wrote ? draw() : Fate.PASS;
        wrote = false;
        return fate;
      }
      wrote |= writes.getOrDefault(name, false);
      return Fate.PASS;
    }

    private static boolean isCommit(String sql) {
      return sql.strip().toUpperCase(Locale.ROOT).startsWith("COMMIT");
    }

    private boolean isWrite(String sql) {
      return sql.toUpperCase(Locale.ROOT).contains(write);
    }

    private static String text(ByteBuffer buffer) {
      int start = buffer.position();
      while (buffer.get() != 0) {
        // Texts end with a zero.
      }
      return new String(
          buffer.array(), start, buffer.position() - 1 - start, StandardCharsets.UTF_8);
    }
  }
}
