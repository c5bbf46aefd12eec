package io.tallyline.finance;

import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.FollowsMappings;
import io.tallyline.mapping.Mappings;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/**
 * What posting would make of a message, worked out with the same code and the same tables, and
 * without writing anything. Thread-safe.
 */
public final class DraftJournals implements FollowsMappings {
  private final ReadMessages reader;
  private final String table;

  /**
   * @param table the lines of the property {@code postings} of the route post-journals
   * @throws StartRefused if the table or a file it names is wrong
   */
  public DraftJournals(Mappings mappings, String table, String where) {
    this.reader = ReadMessages.quiet(mappings);
    this.table = table;
    reader.check(table, where);
  }

  /**
   * A message as it is kept somewhere.
   *
   * @param routingKey the key it was first routed by
   * @param versions the header hub-versions
   */
  public record Kept(
      String routingKey,
      @Nullable String messageId,
      @Nullable String correlationId,
      @Nullable String contentType,
      @Nullable String versions,
      byte[] body) {}

  /**
   * Exactly one of the three is not null.
   *
   * @param journal what would be posted; without lines if all amounts are zero
   * @param rejected why it would be a dead letter
   * @param copy one of several versions of an event, of which another is posted
   */
  public record Draft(
      @Nullable Journal journal, @Nullable Rejected rejected, @Nullable Copy copy) {}

  /**
   * @param externalRef the transaction's
   * @param handled the version that is posted instead
   */
  public record Copy(String externalRef, int handled) {}

  public Draft draft(Kept kept) {
    MessageProperties properties = new MessageProperties();
    properties.setReceivedRoutingKey(kept.routingKey());
    properties.setReceivedExchange(Names.EVENTS_EXCHANGE);
    properties.setMessageId(kept.messageId());
    properties.setCorrelationId(kept.correlationId());
    properties.setContentType(kept.contentType());
    if (kept.versions() != null) {
      properties.setHeader(Names.HUB_VERSIONS, kept.versions());
    }
    Delivery delivery = reader.readOne(new Message(kept.body(), properties), table);
    Delivery.Copy copy = delivery.copy();
    return new Draft(
        delivery.journal(),
        delivery.rejection(),
        copy == null ? null : new Copy(copy.externalRef(), copy.handled()));
  }

  /** Events and versions that finance posts, as in {@code inventory.sales-transaction-created}. */
  public Map<String, List<Integer>> posts() {
    return reader.posts(table);
  }

  @Override
  public List<StartRefused> use(Mappings fresh) {
    return reader.use(fresh);
  }
}
