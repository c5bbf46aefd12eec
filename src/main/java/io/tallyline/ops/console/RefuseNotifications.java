package io.tallyline.ops.console;

import org.jolokia.server.core.request.JolokiaNotificationRequest;
import org.jolokia.server.core.request.JolokiaRequest;
import org.jolokia.server.core.service.request.AbstractRequestHandler;
import org.jspecify.annotations.Nullable;

/** Jolokia asks no restrictor about notifications, so they are refused before it answers them. */
final class RefuseNotifications extends AbstractRequestHandler {
  private static final int FIRST = 1;

  RefuseNotifications() {
    super("refused", FIRST);
  }

  @Override
  public boolean canHandle(JolokiaRequest request) {
    return request instanceof JolokiaNotificationRequest;
  }

  @Override
  public <R extends JolokiaRequest> Object handleRequest(R request, @Nullable Object previous) {
    throw new SecurityException("Notifications are not allowed");
  }
}
