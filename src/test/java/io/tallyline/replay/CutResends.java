package io.tallyline.replay;

import io.tallyline.eventstore.Resends;
import io.tallyline.eventstore.StoredEvent;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fails after it has added, as a process does that is killed before its commit. */
final class CutResends implements Resends {
  private final Resends real;

  CutResends(Resends real) {
    this.real = real;
  }

  @Override
  public void add(List<Again> messages) {
    real.add(messages);
  }

  @Override
  public void add(String queue, String mark, List<StoredEvent> events) {
    real.add(queue, mark, events);
    throw new IllegalStateException("cut");
  }

  @Override
  public Map<String, Long> waiting(List<String> marks) {
    return real.waiting(marks);
  }

  @Override
  public List<Stuck> stuck(@Nullable String mark, int limit) {
    return real.stuck(mark, limit);
  }

  @Override
  public int withdraw(String mark) {
    return real.withdraw(mark);
  }
}
