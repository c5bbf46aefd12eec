package io.tallyline.workbench;

import static io.tallyline.workbench.Breaks.CONSUMER;
import static io.tallyline.workbench.Breaks.CONTENT_HASH;
import static io.tallyline.workbench.Breaks.PRODUCER;
import static io.tallyline.workbench.Breaks.UNKNOWN;
import static io.tallyline.workbench.SchemaCase.Base.ADJUSTMENT;
import static io.tallyline.workbench.SchemaCase.Base.ASSEMBLY;
import static io.tallyline.workbench.SchemaCase.Base.ASSEMBLY_EVENT;
import static io.tallyline.workbench.SchemaCase.Base.SALES;
import static io.tallyline.workbench.SchemaCase.Base.SALES_EVENT;
import static io.tallyline.workbench.SchemaEdit.drop;
import static io.tallyline.workbench.SchemaEdit.set;

import java.util.List;
import java.util.stream.Stream;

/** The table of schema changes: what the gate has to say about each. */
final class SchemaCases {
  private static final String LINE = "/properties/lineItems/items/properties/";
  private static final String UPPER_CASE_ID = "'7D2A9C40-31BE-4F6E-8A55-0000000000AB'";
  private static final SchemaEdit CHANNELS =
      set("/properties/channel", "{'type':'string','enum':['web','shop']}");

  private SchemaCases() {}

  static List<SchemaCase> messages() {
    return Stream.of(words(), properties(), types(), values(), numbers(), lists(), texts(), rest())
        .flatMap(List::stream)
        .toList();
  }

  static List<SchemaCase> events() {
    return List.of(
        event("optional property added")
            .now(set("/properties/salesDetails/properties/channel", "{'type':'string'}"))
            .after(set("/salesDetails/channel", "'web'")),
        event("required property added")
            .now(
                set("/properties/warehouse", "{'type':'string'}"),
                set("/required/-", "'warehouse'"))
            .after(set("/warehouse", "'north'"))
            .breaks(PRODUCER),
        event("optional property removed")
            .now(drop("/properties/salesDetails/properties/invoiceNumber")),
        event("required property removed")
            .now(drop("/properties/currency"), drop("/required/currency"))
            .after(drop("/currency")),
        event("optional property renamed")
            .now(
                drop("/properties/salesDetails/properties/invoiceNumber"),
                set(
                    "/properties/salesDetails/properties/invoiceNo",
                    "{'type':['string','null'],'format':'optional-text','maxLength':128}"))
            .after(drop("/salesDetails/invoiceNumber"), set("/salesDetails/invoiceNo", "'R-1'"))
            .breaks(PRODUCER),
        event("required made optional").now(drop("/required/currency")).after(drop("/currency")),
        event("optional made required")
            .now(set("/properties/salesDetails/required/-", "'invoiceNumber'"))
            .before(drop("/salesDetails/invoiceNumber"))
            .breaks(PRODUCER),
        event("limit loosened")
            .now(set("/properties/lines/items/properties/unitCost/maxDecimals", "8"))
            .after(set("/lines/0/unitCost", "1.00000001")),
        event("limit tightened")
            .now(set("/properties/lines/items/properties/unitCost/maxDecimals", "2"))
            .after(set("/lines/0/unitCost", "1.01"), set("/lines/1/unitCost", "1.01"))
            .breaks(PRODUCER),
        event("type changed")
            .now(set("/properties/lines/items/properties/unitCost", "{'type':'string'}"))
            .after(set("/lines/0/unitCost", "'1.01'"), set("/lines/1/unitCost", "'1.01'"))
            .breaks(PRODUCER),
        event("property no longer content").now(set("/properties/salesDetails/x-content", "false")),
        SchemaCase.of(ASSEMBLY_EVENT, "enum value added")
            .now(set("/properties/lines/items/properties/role/enum/-", "'Scrapped'"))
            .after(set("/lines/-", line("Scrapped"))),
        SchemaCase.of(ASSEMBLY_EVENT, "enum value removed")
            .released(set("/properties/lines/items/properties/role/enum/-", "'Scrapped'"))
            .now(drop("/properties/lines/items/properties/role/enum/Scrapped"))
            .before(set("/lines/-", line("Scrapped")))
            .breaks(PRODUCER),
        SchemaCase.of(ASSEMBLY_EVENT, "allOf changed")
            .now(set("/properties/lines/allOf/1/contains/properties/role/const", "'Produced'"))
            .after(set("/lines", "[" + line("Produced") + "]"))
            .breaks(UNKNOWN));
  }

  private static String line(String role) {
    return "{'itemId':%s,'item':{'itemNumber':'A'},'quantity':1,'unitOfMeasure':{'symbol':'EA'},'unitCost':1,'role':'%s'}"
        .formatted(UPPER_CASE_ID, role);
  }

  private static SchemaCase event(String title) {
    return SchemaCase.of(SALES_EVENT, title);
  }

  private static SchemaCase sale(String title) {
    return SchemaCase.of(SALES, title);
  }

  private static List<SchemaCase> words() {
    return List.of(
        sale("title and description reworded")
            .now(set("/title", "'A sale'"), set("/properties/customerId/description", "'Who'")),
        sale("required names in another order")
            .now(drop("/required/customerId"), set("/required/-", "'customerId'")),
        sale("const written as an enum of one")
            .released(set("/properties/channel", "{'const':'web'}"))
            .now(set("/properties/channel", "{'enum':['web']}"))
            .before(set("/channel", "'web'"))
            .after(set("/channel", "'web'")),
        sale("a limit written with decimals").now(set(LINE + "unitCost/minimum", "0.0")));
  }

  private static List<SchemaCase> properties() {
    return List.of(
        sale("optional property added")
            .now(set("/properties/channel", "{'type':'string'}"))
            .after(set("/channel", "'web'")),
        sale("optional property added to each line")
            .now(set(LINE + "batch", "{'type':'string'}"))
            .after(set("/lineItems/0/batch", "'B-7'")),
        sale("optional property added that is no content")
            .now(set("/properties/note", "{'type':'string','x-content':false}"))
            .after(set("/note", "'seen'")),
        sale("required property added")
            .now(set("/properties/channel", "{'type':'string'}"), set("/required/-", "'channel'"))
            .after(set("/channel", "'web'"))
            .breaks(PRODUCER),
        sale("optional property removed")
            .now(drop("/properties/invoiceNumber"))
            .after(drop("/invoiceNumber"))
            .after(set("/invoiceNumber", "7"))
            .breaks(CONSUMER, CONTENT_HASH),
        sale("optional property removed that is no content")
            .released(set("/properties/note", "{'type':'string','x-content':false}"))
            .now(drop("/properties/note"))
            .before(set("/note", "'seen'"))
            .after(set("/note", "7"))
            .breaks(CONSUMER),
        sale("required property removed")
            .now(drop("/properties/customerId"), drop("/required/customerId"))
            .after(drop("/customerId"))
            .breaks(CONSUMER, CONTENT_HASH),
        sale("required property removed, its name still required")
            .now(drop("/properties/customerId"))
            .after(set("/customerId", "7"))
            .breaks(CONSUMER, CONTENT_HASH),
        sale("optional made required")
            .now(set("/required/-", "'invoiceNumber'"))
            .before(drop("/invoiceNumber"))
            .breaks(PRODUCER),
        sale("required made optional")
            .now(drop("/required/customerId"))
            .after(drop("/customerId"))
            .breaks(CONSUMER),
        sale("optional property renamed")
            .now(
                drop("/properties/invoiceNumber"),
                set(
                    "/properties/invoiceNo",
                    "{'type':['string','null'],'format':'optional-text','maxLength':128}"))
            .after(set("/invoiceNumber", "7"), set("/invoiceNo", "'R-1'"))
            .breaks(PRODUCER, CONSUMER, CONTENT_HASH),
        sale("required property renamed")
            .now(
                drop("/properties/customerId"),
                drop("/required/customerId"),
                set("/properties/buyerId", "{'type':'string','format':'uuid'}"),
                set("/required/-", "'buyerId'"))
            .after(drop("/customerId"), set("/buyerId", UPPER_CASE_ID))
            .breaks(PRODUCER, CONSUMER, CONTENT_HASH),
        sale("undeclared fields forbidden")
            .now(set("/additionalProperties", "false"))
            .before(set("/channel", "'web'"))
            .breaks(PRODUCER),
        sale("undeclared fields allowed")
            .released(set("/additionalProperties", "false"))
            .now(drop("/additionalProperties"))
            .after(set("/channel", "'web'"))
            .breaks(CONSUMER),
        sale("optional property added where undeclared ones are forbidden")
            .released(set("/additionalProperties", "false"))
            .now(set("/properties/channel", "{'type':'string'}"))
            .after(set("/channel", "'web'"))
            .breaks(CONSUMER),
        sale("property made no content")
            .now(set("/properties/invoiceNumber/x-content", "false"))
            .breaks(CONTENT_HASH),
        sale("property made content")
            .now(drop("/properties/createdAt/x-content"))
            .breaks(CONTENT_HASH));
  }

  private static List<SchemaCase> types() {
    return List.of(
        sale("type changed")
            .now(set("/properties/totalCostValue", "{'type':'string'}"))
            .after(set("/totalCostValue", "'733.4901'"))
            .breaks(PRODUCER, CONSUMER),
        sale("integer becomes number")
            .released(set("/properties/sequence", "{'type':'integer'}"))
            .now(set("/properties/sequence/type", "'number'"))
            .before(set("/sequence", "7"))
            .after(set("/sequence", "7.5"))
            .breaks(CONSUMER),
        sale("number becomes integer")
            .released(set("/properties/sequence", "{'type':'number'}"))
            .now(set("/properties/sequence/type", "'integer'"))
            .before(set("/sequence", "7.5"))
            .after(set("/sequence", "7"))
            .breaks(PRODUCER),
        sale("null allowed")
            .now(set("/properties/customerId/type", "['string','null']"))
            .after(set("/customerId", "null"))
            .breaks(CONSUMER),
        sale("null no longer allowed")
            .now(set("/properties/invoiceNumber/type", "'string'"))
            .before(set("/invoiceNumber", "null"))
            .breaks(PRODUCER));
  }

  private static List<SchemaCase> values() {
    return List.of(
        sale("enum value added")
            .released(CHANNELS)
            .now(set("/properties/channel/enum/-", "'phone'"))
            .before(set("/channel", "'web'"))
            .after(set("/channel", "'phone'"))
            .breaks(CONSUMER),
        sale("enum value removed")
            .released(CHANNELS)
            .now(drop("/properties/channel/enum/shop"))
            .before(set("/channel", "'shop'"))
            .after(set("/channel", "'web'"))
            .breaks(PRODUCER),
        sale("enum value spelled otherwise")
            .released(CHANNELS)
            .now(set("/properties/channel/enum", "['web','store']"))
            .before(set("/channel", "'shop'"))
            .after(set("/channel", "'store'"))
            .breaks(PRODUCER, CONSUMER),
        sale("enum introduced")
            .released(set("/properties/channel", "{'type':'string'}"))
            .now(set("/properties/channel/enum", "['web','shop']"))
            .before(set("/channel", "'phone'"))
            .after(set("/channel", "'web'"))
            .breaks(PRODUCER),
        sale("enum given up")
            .released(CHANNELS)
            .now(drop("/properties/channel/enum"))
            .before(set("/channel", "'web'"))
            .after(set("/channel", "'phone'"))
            .breaks(CONSUMER),
        sale("const changed")
            .released(set("/properties/unit", "{'const':1}"))
            .now(set("/properties/unit/const", "2"))
            .before(set("/unit", "1"))
            .after(set("/unit", "2"))
            .breaks(PRODUCER, CONSUMER));
  }

  private static List<SchemaCase> numbers() {
    SchemaEdit fewDecimals = set("/lineItems/0/unitCost", "61.08");
    return List.of(
        sale("minimum raised")
            .now(set(LINE + "unitCost/minimum", "1"))
            .before(set("/lineItems/0/unitCost", "0"))
            .breaks(PRODUCER),
        sale("minimum lowered")
            .now(set(LINE + "unitCost/minimum", "-1"))
            .after(set("/lineItems/0/unitCost", "-1"))
            .breaks(CONSUMER),
        sale("minimum becomes exclusive")
            .now(drop(LINE + "unitCost/minimum"), set(LINE + "unitCost/exclusiveMinimum", "0"))
            .before(set("/lineItems/0/unitCost", "0"))
            .breaks(PRODUCER),
        sale("exclusive minimum becomes inclusive")
            .now(drop(LINE + "quantity/exclusiveMinimum"), set(LINE + "quantity/minimum", "0"))
            .after(set("/lineItems/0/quantity", "0"))
            .breaks(CONSUMER),
        sale("maximum lowered")
            .now(set("/properties/totalCostValue/exclusiveMaximum", "1000000"))
            .before(set("/totalCostValue", "1000000"))
            .breaks(PRODUCER),
        sale("maximum raised")
            .now(set("/properties/totalCostValue/exclusiveMaximum", "1000000000000001"))
            .after(set("/totalCostValue", "1000000000000000"))
            .breaks(CONSUMER),
        sale("maximum introduced")
            .now(set(LINE + "unitCost/maximum", "1000"))
            .before(set("/lineItems/0/unitCost", "1000.5"))
            .breaks(PRODUCER),
        sale("fewer decimals")
            .now(set(LINE + "unitCost/maxDecimals", "2"))
            .after(fewDecimals, set("/lineItems/1/unitCost", "1"))
            .breaks(PRODUCER),
        sale("more decimals")
            .now(set("/properties/totalCostValue/maxDecimals", "6"))
            .after(set("/totalCostValue", "733.490123"))
            .breaks(CONSUMER),
        sale("fewer digits")
            .now(set(LINE + "unitCost/maxDigits", "15"))
            .before(set("/lineItems/0/unitCost", "1234567890123456"))
            .breaks(PRODUCER),
        sale("more digits")
            .now(set(LINE + "unitCost/maxDigits", "25"))
            .after(set("/lineItems/0/unitCost", "12345678901234567890"))
            .breaks(CONSUMER),
        sale("zero forbidden")
            .now(set(LINE + "unitCost/nonZero", "true"))
            .before(set("/lineItems/0/unitCost", "0.00"))
            .breaks(PRODUCER),
        SchemaCase.of(ADJUSTMENT, "zero allowed")
            .now(drop(LINE + "quantityChange/nonZero"))
            .after(set("/lineItems/0/quantityChange", "0"))
            .breaks(CONSUMER),
        sale("multiples introduced")
            .now(set(LINE + "quantity/multipleOf", "1"))
            .after(set("/lineItems/1/quantity", "2"))
            .breaks(PRODUCER),
        sale("coarser multiples")
            .released(set(LINE + "quantity/multipleOf", "0.5"))
            .now(set(LINE + "quantity/multipleOf", "1"))
            .after(set("/lineItems/1/quantity", "2"))
            .breaks(PRODUCER),
        sale("multiples of another number")
            .released(set(LINE + "quantity/multipleOf", "0.5"))
            .now(set(LINE + "quantity/multipleOf", "0.3"))
            .after(set("/lineItems/1/quantity", "0.3"))
            .breaks(PRODUCER, CONSUMER),
        sale("a tighter minimum with a looser number of decimals")
            .now(set(LINE + "unitCost/minimum", "1"), set(LINE + "unitCost/maxDecimals", "8"))
            .before(set("/lineItems/0/unitCost", "0"))
            .after(set("/lineItems/0/unitCost", "1.00000001"))
            .breaks(PRODUCER, CONSUMER));
  }

  private static List<SchemaCase> lists() {
    return List.of(
        sale("more elements needed")
            .now(set("/properties/lineItems/minItems", "2"))
            .before(drop("/lineItems/1"))
            .breaks(PRODUCER),
        sale("no element needed")
            .now(set("/properties/lineItems/minItems", "0"))
            .after(set("/lineItems", "[]"))
            .breaks(CONSUMER),
        sale("fewer elements allowed")
            .now(set("/properties/lineItems/maxItems", "1"))
            .after(drop("/lineItems/1"))
            .breaks(PRODUCER),
        sale("more elements allowed")
            .released(set("/properties/lineItems/maxItems", "1"))
            .now(set("/properties/lineItems/maxItems", "2"))
            .before(drop("/lineItems/1"))
            .breaks(CONSUMER),
        sale("equal elements forbidden")
            .released(set("/properties/tags", "{'type':'array','items':{'type':'string'}}"))
            .now(set("/properties/tags/uniqueItems", "true"))
            .before(set("/tags", "['a','a']"))
            .after(set("/tags", "['a','b']"))
            .breaks(PRODUCER),
        sale("elements get a schema")
            .released(set("/properties/tags", "{'type':'array'}"))
            .now(set("/properties/tags/items", "{'type':'object','properties':{'t':{}}}"))
            .before(set("/tags", "['a']"))
            .before(set("/tags", "[{'t':1,'u':2}]"))
            .after(set("/tags", "[{'t':1}]"))
            .breaks(PRODUCER, CONTENT_HASH),
        sale("elements lose their schema")
            .released(set("/properties/tags", "{'type':'array','items':{'type':'string'}}"))
            .now(drop("/properties/tags/items"))
            .before(set("/tags", "['a']"))
            .after(set("/tags", "[1]"))
            .breaks(CONSUMER, CONTENT_HASH),
        SchemaCase.of(ASSEMBLY, "fewer elements together")
            .now(set("/maxItemsTogether/max", "2"))
            .after(drop("/consumedItems/1"))
            .breaks(PRODUCER),
        SchemaCase.of(ASSEMBLY, "limit of elements together given up")
            .released(set("/maxItemsTogether/max", "2"))
            .now(drop("/maxItemsTogether"))
            .before(drop("/consumedItems/1"))
            .breaks(CONSUMER),
        SchemaCase.of(ASSEMBLY, "elements together of other properties")
            .now(set("/maxItemsTogether", "{'properties':['consumedItems'],'max':1}"))
            .after(drop("/consumedItems/1"))
            .breaks(UNKNOWN));
  }

  private static List<SchemaCase> texts() {
    return List.of(
        sale("shorter texts")
            .now(set("/properties/invoiceNumber/maxLength", "8"))
            .after(set("/invoiceNumber", "'R-1'"))
            .breaks(PRODUCER),
        sale("longer texts")
            .now(set("/properties/invoiceNumber/maxLength", "200"))
            .after(set("/invoiceNumber", "'" + "R".repeat(200) + "'"))
            .breaks(CONSUMER),
        sale("least length introduced")
            .now(set("/properties/invoiceNumber/minLength", "3"))
            .before(set("/invoiceNumber", "'R'"))
            .breaks(PRODUCER),
        sale("format narrowed, text to uuid")
            .now(set(LINE + "itemNumber/format", "'uuid'"))
            .before()
            .before(
                set("/lineItems/0/itemNumber", UPPER_CASE_ID),
                set("/lineItems/1/itemNumber", UPPER_CASE_ID))
            .after(
                set("/lineItems/0/itemNumber", UPPER_CASE_ID),
                set("/lineItems/1/itemNumber", UPPER_CASE_ID))
            .breaks(PRODUCER, CONTENT_HASH),
        sale("format widened, uuid to text")
            .now(set("/properties/customerId/format", "'text'"))
            .before(set("/customerId", UPPER_CASE_ID))
            .after(set("/customerId", "'C-1'"))
            .breaks(CONSUMER, CONTENT_HASH),
        sale("blank allowed, text to optional-text")
            .now(set(LINE + "itemNumber/format", "'optional-text'"))
            .after(set("/lineItems/0/itemNumber", "' '"))
            .breaks(CONSUMER),
        sale("format given up")
            .now(drop("/properties/currencyCode/format"))
            .after(set("/currencyCode", "'ZZZ'"))
            .breaks(CONSUMER),
        sale("format introduced")
            .released(set("/properties/channel", "{'type':'string'}"))
            .now(set("/properties/channel/format", "'text'"))
            .before(set("/channel", "' '"))
            .after(set("/channel", "'web'"))
            .breaks(PRODUCER));
  }

  private static List<SchemaCase> rest() {
    return List.of(
        sale("anyOf introduced")
            .now(
                set("/anyOf", "[{'required':['invoiceNumber']},{'required':['salesOrderNumber']}]"))
            .before(drop("/invoiceNumber"))
            .breaks(UNKNOWN),
        sale("not given up")
            .released(set("/properties/invoiceNumber/not", "{'const':'X'}"))
            .now(drop("/properties/invoiceNumber/not"))
            .after(set("/invoiceNumber", "'X'"))
            .breaks(UNKNOWN),
        sale("if and then introduced")
            .now(
                set("/if", "{'required':['invoiceNumber']}"),
                set("/then", "{'required':['salesOrderNumber']}"))
            .after(drop("/invoiceNumber"))
            .breaks(UNKNOWN),
        sale("dependent names introduced")
            .now(set("/dependentRequired", "{'invoiceNumber':['salesOrderNumber']}"))
            .after(drop("/invoiceNumber"))
            .breaks(UNKNOWN));
  }
}
