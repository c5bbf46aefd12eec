package io.tallyline.bench.handwritten;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.tallyline.bench.shared.Refused;
import io.tallyline.bench.shared.Sale;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.Instant;

/** Says that a journal was posted: a row in finance's own outbox, then a message. */
final class Announcement {
  static final String KEY = "finance.journal-posted.v1";

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN).build();

  private Announcement() {}

  /** The payload of its row. */
  static String event(long journal, Ledger.Posting posting) {
    Sale sale = posting.sale();
    BigDecimal total = sale.totalSales().add(sale.totalCost());
    var text = new StringWriter(400);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("journalId", journal);
      json.writeStringField("source", "Inventory");
      json.writeStringField("reference", sale.reference());
      json.writeStringField("journalDate", sale.journalDate().toString());
      json.writeStringField("currency", sale.currency());
      json.writeNumberField("totalDebit", total);
      json.writeNumberField("totalCredit", total);
      json.writeStringField("eventId", posting.eventId().toString());
      json.writeStringField("eventType", "inventory.sales-transaction-created");
      json.writeNumberField("eventVersion", 1);
      json.writeStringField("correlationId", posting.correlationId());
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return text.toString();
  }

  /** The message, which says currencyCode and when. */
  static byte[] message(String event, Instant occurredAt) throws Refused {
    var bytes = new ByteArrayOutputStream(500);
    try (JsonParser from = JSON.createParser(event);
        JsonGenerator to = JSON.createGenerator(bytes)) {
      from.nextToken();
      to.writeStartObject();
      while (from.nextToken() == JsonToken.FIELD_NAME) {
        String name = from.currentName();
        to.writeFieldName(name.equals("currency") ? "currencyCode" : name);
        if (from.nextToken() == JsonToken.VALUE_NUMBER_FLOAT) {
          to.writeNumber(from.getDecimalValue());
        } else {
          to.copyCurrentEvent(from);
        }
      }
      to.writeStringField("createdAt", occurredAt.toString());
      to.writeEndObject();
    } catch (IOException broken) {
      throw new Refused("schema", broken.getMessage());
    }
    return bytes.toByteArray();
  }
}
