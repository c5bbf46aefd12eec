package io.tallyline.ops;

/** The hub's entry point. */
public final class Hub {
  private Hub() {}

  public static void main(String[] arguments) {
    System.out.println("tallyline");
  }
}
