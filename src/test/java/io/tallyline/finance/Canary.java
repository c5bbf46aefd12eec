package io.tallyline.finance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;

/** A class that tells when it is loaded and initialised, as a gadget of an attacker would act. */
final class Canary {
  /** A system property that is set once somebody has. */
  static final String SINGS = "tallyline.test.canary";

  /** Never named in code that runs, so that nothing but a message could load it. */
  static final String GADGET = "io.tallyline.finance.Canary$Gadget";

  private Canary() {}

  private static final class Gadget implements Serializable {
    private static final long serialVersionUID = 1;

    static {
      System.setProperty(SINGS, "loaded");
    }
  }

  private static final class Gudget implements Serializable {
    private static final long serialVersionUID = 1;
  }

  /** A serialised {@link Gadget}, made without touching it. */
  static byte[] serialized() {
    var bytes = new ByteArrayOutputStream();
    try (var stream = new ObjectOutputStream(bytes)) {
      stream.writeObject(new Gudget());
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
    return bytes
        .toString(StandardCharsets.ISO_8859_1)
        .replace("Gudget", "Gadget")
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
