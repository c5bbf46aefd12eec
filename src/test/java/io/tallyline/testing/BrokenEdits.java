package io.tallyline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Mistakes as people make them in routes, mappings, schemas, cases and accounts. */
public final class BrokenEdits {
  private static final String RELAY = "routes/inventory/relay-outbox.camel.yaml";
  private static final String POSTING = "routes/finance/post-journals.camel.yaml";
  private static final String POLL = "routes/inventory/poll-outbox.camel.yaml";
  private static final String SALE = "mappings/inventory/sales-transaction-created/";
  private static final String SALE_JOURNAL =
      "mappings/finance/sales-transaction-created/v2/journal.jslt";
  private static final String PURCHASE_JOURNAL =
      "mappings/finance/purchase-transaction-created/v1/journal.jslt";

  private BrokenEdits() {}

  /**
   * One mistake.
   *
   * @param from a text of the file; null deletes the file
   * @param to what it becomes
   * @param foundIn the file that a finding must name
   * @param foundAt a text in the line it must name, after the edit; null for the file as a whole
   */
  public record BrokenEdit(
      String name,
      String file,
      @Nullable String from,
      String to,
      String foundIn,
      @Nullable String foundAt) {

    /** Makes the mistake in a copy of the project; returns the file as it was. */
    public byte[] make(Path home) {
      Path path = home.resolve(file);
      try {
        byte[] before = Files.readAllBytes(path);
        if (from == null) {
          Files.delete(path);
        } else {
          Edits.replace(path, from, to);
        }
        return before;
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    /** The line a finding must name; 0 for the file as a whole. */
    public int line(Path home) throws IOException {
      if (foundAt == null) {
        return 0;
      }
      List<String> lines = Files.readAllLines(home.resolve(foundIn));
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).contains(foundAt)) {
          return i + 1;
        }
      }
      throw new IllegalArgumentException(foundIn + " has no " + foundAt);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** All of them, each to be made in a tree without the others. */
  public static List<BrokenEdit> all() {
    List<BrokenEdit> edits = new ArrayList<>();
    routes(edits);
    tables(edits);
    mappings(edits);
    schemas(edits);
    casesAndAccounts(edits);
    return edits;
  }

  private static void add(
      List<BrokenEdit> edits, String name, String file, String from, String to, String at) {
    edits.add(new BrokenEdit(name, file, from, to, file, at));
  }

  private static void routes(List<BrokenEdit> edits) {
    add(
        edits,
        "YAML: a bracket too many",
        RELAY,
        "size: 1\n        pollTimeout",
        "size: [1\n        pollTimeout",
        "pollTimeout");
    add(edits, "a key that Camel does not know", POLL, "      steps:", "      stepps:", "stepps:");
    add(
        edits,
        "a bean that is not there",
        RELAY,
        "beanName: claimOutbox",
        "beanName: claimOutbix",
        "claimOutbix");
    add(
        edits,
        "a method that the bean does not have",
        RELAY,
        "method: claim\n",
        "method: klaim\n",
        "klaim");
    add(
        edits,
        "a placeholder without a value",
        POLL,
        "{{hub.relay.poll-interval-millis}}",
        "{{hub.relay.poll-intervall}}",
        "poll-intervall}}");
    add(
        edits,
        "a route whose id is not its file's name",
        POLL,
        "    id: poll-outbox\n",
        "    id: poll-the-outbox\n",
        "id: poll-the-outbox");
    add(
        edits,
        "a step's id that is taken",
        RELAY,
        "id: relay-outbox.publish",
        "id: relay-outbox.translate # again",
        "# again");
    add(
        edits,
        "a route configuration that is not there",
        POSTING,
        "    routePolicy: pauseWhileFinanceIsAway",
        "    routeConfigurationId: retry-for-ever",
        "retry-for-ever");
    add(
        edits,
        "a route policy that is not there",
        POSTING,
        "routePolicy: pauseWhileFinanceIsAway",
        "routePolicy: pauseWhileFinanceAway",
        "pauseWhileFinanceAway");
    add(
        edits,
        "a transaction that is not there",
        RELAY,
        "ref: inventoryTransaction",
        "ref: inventoryTransactions",
        "inventoryTransactions");
    add(
        edits,
        "a data source that is not there",
        RELAY,
        "#inventoryDataSource",
        "#inventorySource",
        "#inventorySource");
    add(
        edits,
        "a component that is not there",
        POLL,
        "uri: scheduler",
        "uri: sheduler",
        "sheduler");
    add(
        edits,
        "a step whose endpoint the message chooses",
        POLL,
        "        - to:\n",
        "        - toD:\n",
        "- toD:");
    add(
        edits,
        "a language that runs code",
        RELAY,
        "                  simple:\n                    expression: \"${body.isEmpty()} == false\"",
        "                  spel:\n                    expression: \"#{body.isEmpty() == false}\"",
        "spel:");
    add(
        edits,
        "a component that is not for flows",
        POLL,
        "uri: scheduler",
        "uri: controlbus",
        "uri: controlbus");
    add(
        edits,
        "a consumer that would answer senders",
        POSTING,
        "        disableReplyTo: true\n",
        "",
        "uri: spring-rabbitmq");
    add(
        edits,
        "a parameter that the component does not have",
        POLL,
        "        initialDelay: 0",
        "        initialDelai: 0",
        "initialDelai");
    add(
        edits,
        "a queue in memory that nobody takes from",
        POLL,
        "              name: relay-outbox",
        "              name: relay-outbocks",
        "relay-outbocks");
    add(
        edits,
        "options in the uri",
        POLL,
        "uri: scheduler",
        "uri: \"scheduler:poll-outbox?useFixedDelay=true\"",
        "useFixedDelay");
  }

  private static void tables(List<BrokenEdit> edits) {
    add(
        edits,
        "a table line without an arrow",
        RELAY,
        "SalesTransactionCreated      -> inventory",
        "SalesTransactionCreated      >> inventory",
        ">> inventory");
    add(
        edits,
        "a version folder that is not there",
        RELAY,
        "-> inventory/sales-transaction-created/v1",
        "-> inventory/sales-transaction-created/v7",
        "created/v7");
    add(
        edits,
        "a posting mapping that is not there",
        POSTING,
        "finance/assembly-transaction-created/v1/journal.jslt",
        "finance/assembly-transaction-created/v1/journals.jslt",
        "journals.jslt");
    add(
        edits,
        "a routing key without a version",
        POSTING,
        "inventory.purchase-transaction-created.v1   ->",
        "inventory.purchase-transaction-created      ->",
        "inventory.purchase-transaction-created  ");
    edits.add(
        new BrokenEdit(
            "an upcast that is gone",
            SALE + "v2/upcast.jslt",
            null,
            "",
            POSTING,
            "sales-transaction-created.v1,v2"));
  }

  private static void mappings(List<BrokenEdit> edits) {
    edits.add(
        new BrokenEdit(
            "totals that are gone",
            SALE + "v1/totals.jslt",
            null,
            "",
            SALE + "v1/totals.jslt",
            null));
    add(
        edits,
        "JSLT: a comma too few",
        SALE + "v1/message.jslt",
        "\"itemId\": .itemId,",
        "\"itemId\": .itemId",
        "\"itemNumber\": .item.itemNumber");
    add(
        edits,
        "arithmetic in binary floating point",
        SALE_JOURNAL,
        "plus(.amounts.sales, .amounts.tax)",
        ".amounts.sales + .amounts.tax",
        ".amounts.sales + .amounts.tax");
    add(
        edits,
        "a decimal written out",
        SALE + "v1/message.jslt",
        "extended(.quantity, .unitCost)",
        "extended(.quantity, 1.5)",
        "1.5");
    add(
        edits,
        "a function that is not there",
        PURCHASE_JOURNAL,
        "lowercase(",
        "lowerkase(",
        "lowerkase(");
    add(
        edits,
        "a comparison of two fields",
        SALE + "v2/message.jslt",
        "fallback(.taxAmount, 0)",
        "if (.taxAmount == .unitCost) 0 else fallback(.taxAmount, 0)",
        ".taxAmount == .unitCost");
  }

  private static void schemas(List<BrokenEdit> edits) {
    add(
        edits,
        "JSON: a comma too many",
        SALE + "v1/message.schema.json",
        "\"type\": \"object\",\n  \"required\"",
        "\"type\": \"object\",,\n  \"required\"",
        "\"object\",,");
    add(
        edits,
        "a keyword that nobody checks",
        SALE + "v1/message.schema.json",
        "\"maxItems\": 10000",
        "\"maxItem\": 10000",
        "\"maxItem\"");
    add(
        edits,
        "a reference to nothing",
        SALE + "event.schema.json",
        "#/$defs/optionalAmount",
        "#/$defs/optionalAmounts",
        "optionalAmounts");
    add(
        edits,
        "a pattern, which can run for minutes",
        SALE + "event.schema.json",
        "\"const\": \"Sales\"",
        "\"pattern\": \"(S+)+\"",
        "\"pattern\"");
  }

  private static void casesAndAccounts(List<BrokenEdit> edits) {
    String posted =
        "mappings/finance/sales-transaction-created/v2/cases/receivable-includes-tax.out.json";
    add(edits, "a case that expects another amount", posted, "121.38", "121.39", "121.39");
    add(
        edits,
        "an account that is not in the chart",
        SALE_JOURNAL,
        "\"account\": \"2200\"",
        "\"account\": \"2299\"",
        "\"2299\"");
    add(
        edits,
        "an account without a type",
        "mappings/finance/accounts.json",
        "\"name\": \"Inventory\", \"type\": \"ASSET\"",
        "\"name\": \"Inventory\", \"type\": \"STOCK\"",
        "STOCK");
    edits.add(
        new BrokenEdit(
            "a case without an expectation",
            SALE + "v2/cases/no-tax-at-all.out.json",
            null,
            "",
            SALE + "v2/cases/no-tax-at-all.in.json",
            null));
  }
}
