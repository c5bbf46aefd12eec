package io.tallyline.bench.shared;

/** A payload or message that can never be handled; its reason becomes the dead letter's. */
public final class Refused extends Exception {
  private final String reason;

  public Refused(String reason, String explanation) {
    super(explanation);
    this.reason = reason;
  }

  /** As in the header {@code hub-reason}: {@code schema}, {@code totals}, {@code conflict}. */
  public String reason() {
    return reason;
  }
}
