package io.tallyline.audit;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Records what people and schedules do. Nothing that was recorded can be changed unseen. */
public interface Audit {
  /**
   * One action.
   *
   * @param who name of a signed-in user, or {@code schedule:<name>}
   * @param action verb and object in kebab-case, for example {@code retry-dead-letter}
   * @param subject what it was done to, for example {@code dead-letter:12}
   * @param reason in the person's own words
   * @param before the state before, as far as it changed
   * @param after the state after
   */
  record Action(
      String who,
      String action,
      String subject,
      @Nullable String reason,
      @Nullable JsonNode before,
      @Nullable JsonNode after) {}

  /**
   * Appends an entry, in the transaction of the caller if there is one on the hub's database: then
   * the action and its entry are committed together or not at all.
   *
   * @return the entry's number
   */
  long record(Action action);
}
