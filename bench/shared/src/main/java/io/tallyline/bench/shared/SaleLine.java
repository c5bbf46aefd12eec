package io.tallyline.bench.shared;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** A line of a sale; the same in the domain event and in the message but for two names. */
final class SaleLine {
  String itemId = "";
  String itemNumber = "";
  String unit = "";
  BigDecimal quantity = BigDecimal.ZERO;
  BigDecimal price = BigDecimal.ZERO;
  BigDecimal cost = BigDecimal.ZERO;
  BigDecimal statedSelling = BigDecimal.ZERO;
  BigDecimal statedCost = BigDecimal.ZERO;

  static SaleLine read(JsonParser json) throws IOException {
    var line = new SaleLine();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "itemId" -> line.itemId = json.getText();
        case "itemNumber" -> line.itemNumber = json.getText();
        case "item" -> line.itemNumber = onlyText(json);
        case "unitOfMeasure" ->
            line.unit = json.currentToken().isStructStart() ? onlyText(json) : json.getText();
        case "quantity" -> line.quantity = json.getDecimalValue();
        case "unitSellingPrice" -> line.price = json.getDecimalValue();
        case "unitCost" -> line.cost = json.getDecimalValue();
        case "extendedSellingPrice" -> line.statedSelling = json.getDecimalValue();
        case "extendedCost" -> line.statedCost = json.getDecimalValue();
        default -> json.skipChildren();
      }
    }
    return line;
  }

  /** The text in an object that is read for one field only. */
  private static String onlyText(JsonParser json) throws IOException {
    String text = "";
    while (json.nextToken() != JsonToken.END_OBJECT) {
      json.nextToken();
      if (json.currentName().equals("itemNumber") || json.currentName().equals("symbol")) {
        text = json.getText();
      } else {
        json.skipChildren();
      }
    }
    return text;
  }

  BigDecimal extendedSelling() {
    return extended(price);
  }

  BigDecimal extendedCost() {
    return extended(cost);
  }

  private BigDecimal extended(BigDecimal unitAmount) {
    return quantity.multiply(unitAmount).setScale(4, RoundingMode.HALF_UP);
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("itemId", itemId);
    json.writeStringField("itemNumber", itemNumber);
    json.writeNumberField("quantity", quantity);
    json.writeStringField("unitOfMeasure", unit);
    json.writeNumberField("unitSellingPrice", price);
    json.writeNumberField("unitCost", cost);
    json.writeNumberField("extendedSellingPrice", extendedSelling());
    json.writeNumberField("extendedCost", extendedCost());
    json.writeEndObject();
  }
}
