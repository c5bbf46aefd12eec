package io.tallyline.embedded;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.concurrent.CountDownLatch;

/** A process with embedded servers that never ends by itself: {@code HubToKill <directory>}. */
final class HubToKill {
  private HubToKill() {}

  public static void main(String[] arguments) throws InterruptedException {
    EmbeddedServers.in(Path.of(arguments[0]))
        .start(new WhatToEmbed(EnumSet.of(Database.INVENTORY), true));
    new CountDownLatch(1).await();
  }
}
