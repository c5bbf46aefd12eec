package io.tallyline.workbench;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Messages that were kept, in any order, one at a time: a file, or an event store. */
public interface StoredMessages extends AutoCloseable {
  /** The next one; null at the end. */
  @Nullable StoredMessage next() throws IOException;

  @Override
  void close() throws IOException;
}
