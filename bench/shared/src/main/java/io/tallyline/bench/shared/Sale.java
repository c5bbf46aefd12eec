package io.tallyline.bench.shared;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * A sale, read from the domain event or from the integration message and written as the latter.
 * Numbers are exact decimals throughout. Read and written as a stream: no tree is built.
 */
public final class Sale {
  /** Type and routing key of the message. */
  public static final String KEY = "inventory.sales-transaction-created.v1";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
          .build();

  private String id = "";
  private String date = "";
  private String customerId = "";
  private String orderNumber = "";
  private String invoiceNumber = "";
  private String currency = "";
  private BigDecimal statedSales = BigDecimal.ZERO;
  private BigDecimal statedCost = BigDecimal.ZERO;
  private final List<SaleLine> lines = new ArrayList<>();

  private Sale() {}

  /** From the payload of an outbox row. */
  public static Sale ofEvent(String payload) throws Refused {
    try (JsonParser json = JSON.createParser(payload)) {
      return read(json);
    } catch (IOException | RuntimeException broken) {
      throw new Refused("schema", broken.getMessage());
    }
  }

  /** From the body of a message, whose totals have to be the sums of its lines. */
  public static Sale ofMessage(byte[] body) throws Refused {
    try (JsonParser json = JSON.createParser(body)) {
      Sale sale = read(json);
      sale.checkTotals();
      return sale;
    } catch (IOException | RuntimeException broken) {
      throw new Refused("schema", broken.getMessage());
    }
  }

  private static Sale read(JsonParser json) throws IOException, Refused {
    var sale = new Sale();
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new Refused("schema", "not an object");
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      sale.field(name, json);
    }
    if (sale.lines.isEmpty() || sale.currency.isEmpty() || sale.customerId.isEmpty()) {
      throw new Refused("schema", "a field that is required is missing");
    }
    sale.id = UUID.fromString(sale.id).toString().toLowerCase(Locale.ROOT);
    UUID.fromString(sale.customerId);
    return sale;
  }

  private void field(String name, JsonParser json) throws IOException {
    switch (name) {
      case "id", "transactionId" -> id = json.getText();
      case "transactionDate" -> date = json.getText();
      case "customerId" -> customerId = json.getText();
      case "salesOrderNumber" -> orderNumber = json.getText();
      case "invoiceNumber" -> invoiceNumber = json.getText();
      case "currency", "currencyCode" -> currency = json.getText();
      case "totalSalesValue" -> statedSales = json.getDecimalValue();
      case "totalCostValue" -> statedCost = json.getDecimalValue();
      case "salesDetails" -> {
        while (json.nextToken() != JsonToken.END_OBJECT) {
          String inner = json.currentName();
          json.nextToken();
          field(inner, json);
        }
      }
      case "lines", "lineItems" -> {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          lines.add(SaleLine.read(json));
        }
      }
      default -> json.skipChildren();
    }
  }

  private void checkTotals() throws Refused {
    boolean right =
        statedSales.compareTo(totalSales()) == 0 && statedCost.compareTo(totalCost()) == 0;
    for (SaleLine line : lines) {
      right &= line.statedSelling.compareTo(line.extendedSelling()) == 0;
      right &= line.statedCost.compareTo(line.extendedCost()) == 0;
    }
    if (!right) {
      throw new Refused("totals", "amounts of " + id + " are not those of its lines");
    }
  }

  /** The integration message, UTF-8. */
  public byte[] toMessage(Instant occurredAt) {
    var bytes = new ByteArrayOutputStream(512 + lines.size() * 300);
    try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeStringField("transactionId", id);
      json.writeStringField("transactionDate", date);
      json.writeStringField("customerId", customerId);
      if (!orderNumber.isEmpty()) {
        json.writeStringField("salesOrderNumber", orderNumber);
      }
      if (!invoiceNumber.isEmpty()) {
        json.writeStringField("invoiceNumber", invoiceNumber);
      }
      json.writeArrayFieldStart("lineItems");
      for (SaleLine line : lines) {
        line.write(json);
      }
      json.writeEndArray();
      json.writeNumberField("totalSalesValue", totalSales());
      json.writeNumberField("totalCostValue", totalCost());
      json.writeStringField("currencyCode", currency);
      json.writeStringField("createdAt", occurredAt.toString());
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return bytes.toByteArray();
  }

  /** The transaction's id in lower case, by which a journal is known. */
  public String reference() {
    return id;
  }

  public String currency() {
    return currency;
  }

  public LocalDate journalDate() {
    return OffsetDateTime.parse(date).withOffsetSameInstant(ZoneOffset.UTC).toLocalDate();
  }

  public BigDecimal totalSales() {
    return lines.stream().map(SaleLine::extendedSelling).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  public BigDecimal totalCost() {
    return lines.stream().map(SaleLine::extendedCost).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** Of the business fields, numbers by value: the same transaction said differently is another. */
  public String contentHash() {
    var text = new StringBuilder(256);
    text.append(OffsetDateTime.parse(date).toInstant()).append('\n').append(customerId);
    text.append('\n').append(orderNumber).append('\n').append(invoiceNumber);
    text.append('\n').append(currency);
    for (SaleLine line : lines) {
      text.append('\n').append(line.itemId).append('\t').append(line.itemNumber);
      text.append('\t').append(line.unit);
      for (BigDecimal number : List.of(line.quantity, line.price, line.cost)) {
        text.append('\t').append(number.stripTrailingZeros().toPlainString());
      }
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
