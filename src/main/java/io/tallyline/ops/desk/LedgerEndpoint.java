package io.tallyline.ops.desk;

import io.swagger.v3.oas.annotations.Operation;
import io.tallyline.finance.Ledger;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/trial-balance}: what the ledger adds up to. */
@RestController
final class LedgerEndpoint {
  private final Ledger ledger;
  private final InstantSource clock;

  LedgerEndpoint(Ledger ledger, InstantSource clock) {
    this.ledger = ledger;
    this.clock = clock;
  }

  /**
   * @param at journals recorded before it count
   */
  public record TrialBalance(Instant at, List<Row> accounts) {}

  /** One account in one currency, exact. */
  public record Row(
      String account,
      String name,
      String type,
      String currency,
      BigDecimal debit,
      BigDecimal credit,
      BigDecimal balance) {}

  @Operation(
      summary = "Trial balance as it was known at a time",
      description =
          "Of all journals that the ledger had recorded by then; per account and currency.")
  @GetMapping(path = "/api/trial-balance", produces = MediaType.APPLICATION_JSON_VALUE)
  TrialBalance trialBalance(@RequestParam(required = false) @Nullable Instant at) {
    Instant before = at == null ? clock.instant() : at;
    return new TrialBalance(
        before,
        ledger.trialBalance(before).stream()
            .map(
                balance ->
                    new Row(
                        balance.account(),
                        balance.name(),
                        balance.type(),
                        balance.currency(),
                        balance.debit(),
                        balance.credit(),
                        balance.balance()))
            .toList());
  }
}
