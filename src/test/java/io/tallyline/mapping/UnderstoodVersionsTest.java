package io.tallyline.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.MessageVersions;
import io.tallyline.testing.CopiedTree;
import io.tallyline.testing.Edits;
import io.tallyline.testing.SaleMessages;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnderstoodVersionsTest {
  private static final String SALE = "inventory/sales-transaction-created/";
  private static final String ID = "5b1f0d52-90a4-4b35-8f5e-6d3f1a2b3c4d";

  @TempDir Path folder;

  @Test
  void brings_an_old_message_up_step_by_step() throws Exception {
    Path root = CopiedTree.of("mappings", folder);
    for (String file : new String[] {"message.schema.json", "totals.jslt"}) {
      Edits.save(
          root.resolve(SALE + "v3/" + file), Files.readString(root.resolve(SALE + "v2/" + file)));
    }
    Edits.save(root.resolve(SALE + "v3/upcast.jslt"), "{\"invoiceNumber\": \"from v2\", * : .}\n");
    UnderstoodVersions versions =
        Mappings.open(root)
            .understood(
                MessageVersions.ofRoutingKeys("inventory.sales-transaction-created.v1,v2,v3"));
    JsonNode first = StrictJson.parse(SaleMessages.valid(ID));

    UnderstoodVersions.Newest newest = versions.read(1, first);

    assertThat(newest.body().at("/lines/0/taxAmount").decimalValue()).isZero();
    assertThat(newest.body().path("invoiceNumber").asText()).isEqualTo("from v2");
    assertThat(newest.contentHash()).startsWith("v3:");
    assertThat(newest.olderHashes().get())
        .satisfiesExactly(
            one -> assertThat(one).startsWith("v1:"), two -> assertThat(two).startsWith("v2:"));
  }
}
