package io.tallyline.delivery;

import org.jspecify.annotations.Nullable;

/**
 * A server that a consumer cannot work without is away. The batch goes back to its queue, no
 * attempt is spent, and the route's {@link Breaker} pauses the consumer until it is back.
 */
public final class ServerAway extends RuntimeException {
  /**
   * @param sentence an error code, which server, and what it said
   */
  public ServerAway(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }
}
