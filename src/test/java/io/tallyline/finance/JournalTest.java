package io.tallyline.finance;

import static io.tallyline.finance.Sales.credit;
import static io.tallyline.finance.Sales.debit;
import static io.tallyline.finance.Sales.journal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalTest {
  @Test
  void rejects_a_journal_that_does_not_balance() {
    assertThatThrownBy(
            () -> journal("t", "h", List.of(debit("1100", "125"), credit("4000", "120"))))
        .hasMessageContainingAll("FIN-002", "debits 125, credits 120 USD");
  }

  @Test
  void balances_by_value_and_not_by_spelling() {
    var lines = List.of(debit("1100", "1.50"), credit("4000", "1.5000"));

    assertThat(journal("t", "h", lines).lines()).hasSize(2);
  }

  @Test
  void accepts_a_transaction_without_amounts() {
    assertThat(journal("t", "h", List.of()).lines()).isEmpty();
  }

  @Test
  void rejects_a_line_with_both_or_neither_side_or_a_negative_amount() {
    assertThatThrownBy(() -> new JournalLine("1100", BigDecimal.ONE, BigDecimal.ONE, null))
        .hasMessageContaining("FIN-001");
    assertThatThrownBy(() -> debit("1100", "0")).hasMessageContaining("FIN-001");
    assertThatThrownBy(() -> debit("1100", "-1")).hasMessageContaining("FIN-001");
  }

  @Test
  void rejects_an_amount_that_the_database_would_round() {
    assertThat(debit("1100", "1.12340").debit()).isEqualByComparingTo("1.1234");
    assertThatThrownBy(() -> debit("1100", "1.12345")).hasMessageContaining("4 decimals");
    assertThatThrownBy(() -> debit("1100", "1E15")).hasMessageContaining("15 digits");
  }
}
