package io.tallyline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SalesTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  @Test
  void the_account_it_keeps_is_the_sum_of_its_lines() throws Exception {
    var sales = Sales.ofFiveLines();

    BigDecimal debits = BigDecimal.ZERO;
    for (int i = 0; i < 1_000; i++) {
      for (JsonNode line : JSON.readTree(sales.next().payload()).path("lines")) {
        debits = debits.add(extended(line, "unitSellingPrice")).add(extended(line, "unitCost"));
      }
    }

    assertThat(sales.debits()).isEqualByComparingTo(debits);
    assertThat(sales.journals()).isEqualTo(1_000);
  }

  @Test
  void a_tenth_comes_twice() {
    var sales = new Sales(1, 10, 0);

    Set<String> transactions = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      transactions.add(sales.next().aggregateId());
    }

    assertThat(transactions).hasSize(900);
    assertThat(sales.journals()).isEqualTo(900);
  }

  @Test
  void a_hundredth_is_poison() {
    var sales = new Sales(1, 0, 1);

    for (int i = 0; i < 1_000; i++) {
      sales.next();
    }

    assertThat(sales.poison()).isEqualTo(10);
    assertThat(sales.journals()).isEqualTo(990);
  }

  private static BigDecimal extended(JsonNode line, String price) {
    return line.path("quantity")
        .decimalValue()
        .multiply(line.path(price).decimalValue())
        .setScale(4, RoundingMode.HALF_UP);
  }
}
