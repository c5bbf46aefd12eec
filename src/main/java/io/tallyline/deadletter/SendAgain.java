package io.tallyline.deadletter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.Names;
import io.tallyline.deadletter.JdbcDeadLetters.WithBody;
import io.tallyline.eventstore.Resends;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns dead letters into messages again, for the queue they failed in or another one. */
final class SendAgain {
  /** Outbox rows do not come from a queue; these take them back. */
  private static final Map<String, String> OUTBOXES =
      Map.of(
          Names.OUTBOX_DEAD_QUEUE, Names.OUTBOX_RETRY_QUEUE,
          Names.FINANCE_OUTBOX_DEAD_QUEUE, Names.FINANCE_OUTBOX_RETRY_QUEUE);

  /** What the broker counts by: an old count would end the new attempt early. */
  private static final List<String> COUNTING =
      List.of("x-death", "x-first-death-", "x-last-death-", "x-delivery-count");

  private final Resends resends;

  SendAgain(Resends resends) {
    this.resends = resends;
  }

  /** To where they failed, in the transaction of the caller. */
  void retry(List<WithBody> letters) {
    resends.add(letters.stream().map(one -> again(one, workQueue(one.letter()))).toList());
  }

  void redirect(WithBody letter, String queue) {
    resends.add(List.of(again(letter, queue)));
  }

  static String workQueue(DeadLetter letter) {
    return OUTBOXES.getOrDefault(letter.deadQueue(), letter.queue());
  }

  private static Resends.Again again(WithBody one, String queue) {
    DeadLetter letter = one.letter();
    ObjectNode headers = letter.headers().deepCopy();
    letter
        .headers()
        .fieldNames()
        .forEachRemaining(
            name -> {
              boolean ours =
                  name.toLowerCase(Locale.ROOT).startsWith(Names.HUB_PREFIX)
                      && !name.equals(Names.HUB_VERSIONS);
              if (ours || COUNTING.stream().anyMatch(name::startsWith)) {
                headers.remove(name);
              }
            });
    JsonNode properties = letter.properties();
    return new Resends.Again(
        queue, letter.routingKey(), letter.subject(), properties, headers, one.body());
  }
}
