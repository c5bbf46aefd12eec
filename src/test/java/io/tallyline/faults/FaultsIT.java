package io.tallyline.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A small part of the fault suite; the whole is {@code ./hub test faults}. */
class FaultsIT {
  private static final long SEED = 20_241_001L;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kills-and-points",
        "control-early-ack",
        "control-unique-key",
        "control-early-clear"
      })
  void the_ledger_is_exact_whatever_happens_and_the_checker_sees_when_it_is_not(String name) {
    StringWriter report = new StringWriter();

    Run run =
        Run.of(Scenarios.named(name).orElseThrow(), SEED, false, new PrintWriter(report, true));

    assertThat(run.passed()).as("%s", report).isTrue();
  }
}
