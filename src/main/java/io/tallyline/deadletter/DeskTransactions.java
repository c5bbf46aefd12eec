package io.tallyline.deadletter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.audit.Audit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** An action and its entry in the audit: both are committed, or neither is. */
final class DeskTransactions {
  private final TransactionTemplate transaction;
  private final Audit audit;

  DeskTransactions(DataSource store, Audit audit) {
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
    this.audit = audit;
  }

  /**
   * @throws DeskRefused DLQ-011 if who or why is blank
   */
  <T> T act(String who, String reason, Supplier<T> action) {
    if (who.isBlank() || reason.isBlank()) {
      throw new DeskRefused(
          DeskRefused.Kind.INVALID,
          "DLQ-011",
          "who acts and the reason are both needed: the audit keeps them. Give a reason in your own words.");
    }
    return within(action);
  }

  <T> T within(Supplier<T> action) {
    return transaction.execute(status -> action.get());
  }

  void record(
      String who,
      String action,
      String subject,
      String reason,
      @Nullable JsonNode before,
      @Nullable JsonNode after) {
    audit.record(new Audit.Action(who, action, subject, reason, before, after));
  }

  static ObjectNode status(Enum<?> status) {
    return JsonNodeFactory.instance.objectNode().put("status", status.name());
  }
}
