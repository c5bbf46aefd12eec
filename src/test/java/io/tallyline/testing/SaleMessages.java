package io.tallyline.testing;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.Map;

/**
 * Messages {@code inventory.sales-transaction-created.v1} as another publisher might write them.
 */
public final class SaleMessages {
  public static final String KEY = "inventory.sales-transaction-created.v1";

  private SaleMessages() {}

  /** A valid sale of 3 at 10.5, costing 7.25 each. */
  public static String valid(String transactionId) {
    return """
        {"transactionId":"%s","transactionDate":"2025-03-04T05:06:07Z",\
        "customerId":"8c3b2a10-6f1d-4a56-8f8b-2f8a6f0b9d21","salesOrderNumber":"SO-1","lineItems":[\
        {"itemId":"3d7f6a0c-58f1-4d3c-9e0a-0d2f6b1a7c11","itemNumber":"LAMP-7","quantity":3,\
        "unitOfMeasure":"EA","unitSellingPrice":10.5,"unitCost":7.25,"extendedSellingPrice":31.5,\
        "extendedCost":21.75}],"totalSalesValue":31.5,"totalCostValue":21.75,"currencyCode":"USD",\
        "createdAt":"2025-03-04T05:06:08Z"}"""
        .formatted(transactionId);
  }

  /** A valid sale with one text replaced by another; the text must be there. */
  public static String with(String transactionId, String text, String replacement) {
    String valid = valid(transactionId);
    if (!valid.contains(text)) {
      throw new IllegalArgumentException("the message has no " + text);
    }
    return valid.replace(text, replacement);
  }

  /** What a publisher of such a message sets. */
  public static BasicProperties properties(String messageId) {
    return new BasicProperties.Builder()
        .contentType("application/json")
        .deliveryMode(2)
        .messageId(messageId)
        .headers(Map.of())
        .build();
  }
}
