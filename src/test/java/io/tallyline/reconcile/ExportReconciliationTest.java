package io.tallyline.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class ExportReconciliationTest {
  @Test
  void quotes_what_would_break_a_row() {
    assertThat(ExportReconciliation.cell("a,b")).isEqualTo("\"a,b\"");
    assertThat(ExportReconciliation.cell("a \"b\"")).isEqualTo("\"a \"\"b\"\"\"");
    assertThat(ExportReconciliation.cell("a\r\nb")).isEqualTo("\"a\r\nb\"");
    assertThat(ExportReconciliation.cell(null)).isEmpty();
  }

  @Test
  void guards_what_a_spreadsheet_would_calculate() {
    assertThat(ExportReconciliation.cell("=1+1")).isEqualTo("'=1+1");
    assertThat(ExportReconciliation.cell("@SUM(A1)")).isEqualTo("'@SUM(A1)");
    assertThat(ExportReconciliation.cell("+49 30")).isEqualTo("'+49 30");
    assertThat(ExportReconciliation.cell("-2+3,\n")).isEqualTo("\"'-2+3,\n\"");
  }

  @Test
  void leaves_numbers_as_they_are() {
    assertThat(ExportReconciliation.cell(new BigDecimal("-12.5000"))).isEqualTo("-12.5000");
    assertThat(ExportReconciliation.cell(new BigDecimal("1E+3"))).isEqualTo("1000");
    assertThat(ExportReconciliation.cell("-3")).isEqualTo("-3");
  }
}
