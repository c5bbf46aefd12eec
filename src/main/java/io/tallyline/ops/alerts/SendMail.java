package io.tallyline.ops.alerts;

import io.tallyline.contracts.StartRefused;
import org.jspecify.annotations.Nullable;
import org.springframework.mail.MailException;
import org.springframework.mail.MailParseException;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;

/** Sends each alert as a plain e-mail. The server and its time limits are {@code spring.mail.*}. */
final class SendMail implements Notifier {
  private final JavaMailSender mail;
  private final AlertProperties.Mail properties;

  /**
   * @throws StartRefused OPS-202 if there is nobody to send it by, or no sender
   */
  SendMail(@Nullable JavaMailSender mail, AlertProperties.Mail properties) {
    if (mail == null) {
      throw new StartRefused(
          "OPS-202", "hub.alerts.mail.to is set but spring.mail.host is not. Set both or neither.");
    }
    if (!properties.from().contains("@")) {
      throw new StartRefused(
          "OPS-202", "hub.alerts.mail.from must be the address that alerts are sent from.");
    }
    this.mail = mail;
    this.properties = properties;
  }

  @Override
  public String name() {
    return "e-mail";
  }

  @Override
  public void send(AlertChange change) throws NotSent {
    var message = new SimpleMailMessage();
    message.setFrom(properties.from());
    message.setTo(properties.to().toArray(String[]::new));
    message.setSubject(subject(change));
    message.setText(text(change));
    message.setSentDate(java.util.Date.from(change.at()));
    try {
      mail.send(message);
    } catch (MailException failed) {
      throw new NotSent(
          failed instanceof MailParseException,
          "OPS-212 the mail server did not take an alert (%s)."
              .formatted(failed.getClass().getSimpleName()));
    }
  }

  private static String subject(AlertChange change) {
    return "[tallyline] %s %s"
        .formatted(change.firing() ? change.severity().name() : "OVER", change.alert());
  }

  private static String text(AlertChange change) {
    return """
        %s

        %s: %s
        Since: %s%s
        Runbook: src/docs/alerts.md, %s (%s)
        """
        .formatted(
            change.summary(),
            change.firing() ? "To do" : "It was",
            change.firing() ? change.action() : change.severity().label(),
            change.since(),
            change.firing() ? "" : ", over after " + AlertRule.text(change.lasted()),
            change.alert(),
            change.code());
  }
}
