package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Exact decimals, judged by value: 1.50 and 15e-1 are the same number with one decimal. */
final class Decimals {
  /** Decimals of every amount of money. */
  static final int AMOUNT_SCALE = 4;

  private Decimals() {}

  /** The number as written; a binary one (only a mapping could make it) by its shortest text. */
  static BigDecimal of(JsonNode number) {
    return number.isDouble() || number.isFloat()
        ? new BigDecimal(number.asText())
        : number.decimalValue();
  }

  /** Digits before and after the point without trailing zeros; 1e18 has 19. Never expands. */
  static long digits(BigDecimal value) {
    if (value.signum() == 0) {
      return 1;
    }
    BigDecimal bare = value.stripTrailingZeros();
    return Math.max(
        bare.scale() < 0 ? bare.precision() - (long) bare.scale() : bare.precision(), bare.scale());
  }

  /** Digits after the point without trailing zeros. */
  static int decimals(BigDecimal value) {
    return value.signum() == 0 ? 0 : Math.max(0, value.stripTrailingZeros().scale());
  }

  /** quantity × price, rounded half up, ties away from zero, to 4 decimals. */
  static BigDecimal extended(BigDecimal quantity, BigDecimal price) {
    return quantity.multiply(price).setScale(AMOUNT_SCALE, RoundingMode.HALF_UP);
  }

  /** Without trailing zeros and without an exponent. */
  static BigDecimal bare(BigDecimal value) {
    if (value.signum() == 0) {
      return BigDecimal.ZERO;
    }
    BigDecimal bare = value.stripTrailingZeros();
    return bare.scale() < 0 ? bare.setScale(0) : bare;
  }
}
