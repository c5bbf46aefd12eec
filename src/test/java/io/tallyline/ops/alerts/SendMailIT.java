package io.tallyline.ops.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.tallyline.contracts.StartRefused;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/** A real mail server in the test. */
class SendMailIT {
  private static final Instant SINCE = Instant.parse("2026-01-05T22:00:00Z");

  private final GreenMail server =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

  @Test
  void says_what_is_wrong_and_when_it_is_over() throws Exception {
    server.start();
    try {
      SendMail mail = new SendMail(sender(server.getSmtp().getPort()), settings());
      mail.send(change(true, SINCE));
      mail.send(change(false, SINCE.plusSeconds(192)));

      MimeMessage[] messages = server.getReceivedMessages();
      assertThat(messages).as("two receivers, told twice").hasSize(4);
      Arrays.sort(messages, Comparator.comparing(SendMailIT::subject));
      assertThat(messages[0].getSubject()).isEqualTo("[tallyline] CRITICAL relay-stopped");
      assertThat(messages[0].getFrom()[0]).hasToString("tallyline@example.com");
      assertThat(messages[0].getContent().toString())
          .contains("No hub relays the inventory outbox.")
          .contains("To do: Start it.")
          .contains("src/docs/alerts.md, relay-stopped (OPS-185)");
      assertThat(messages[2].getSubject()).isEqualTo("[tallyline] OVER relay-stopped");
      assertThat(messages[2].getContent().toString()).contains("over after 3 min 12 s");
    } finally {
      server.stop();
    }
  }

  @Test
  void a_server_that_is_away_is_tried_again() {
    server.start();
    int port = server.getSmtp().getPort();
    server.stop();
    SendMail mail = new SendMail(sender(port), settings());
    assertThat(catchThrowableOfType(Notifier.NotSent.class, () -> mail.send(change(true, SINCE))))
        .hasMessageContaining("OPS-212")
        .satisfies(notSent -> assertThat(notSent.hopeless()).isFalse());

    GreenMail back = new GreenMail(new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    try (var queue = new NotificationQueue(mail, 10, 100, Duration.ofMillis(50))) {
      queue.add(change(true, SINCE));
      back.start();

      await().until(() -> back.getReceivedMessages().length == 2);
    } finally {
      back.stop();
    }
  }

  @Test
  void receivers_without_a_server_or_a_sender_stop_the_start() {
    assertThatThrownBy(() -> new SendMail(null, settings()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("OPS-202");
    AlertProperties.Mail nobody =
        PrometheusRulesTest.settings(Map.of("hub.alerts.mail.to", "a@example.com")).mail();
    assertThatThrownBy(() -> new SendMail(sender(25), nobody))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("OPS-202");
  }

  private static String subject(MimeMessage message) {
    try {
      return message.getSubject();
    } catch (MessagingException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private static AlertProperties.Mail settings() {
    return PrometheusRulesTest.settings(
            Map.of(
                "hub.alerts.mail.to", "a@example.com,b@example.com",
                "hub.alerts.mail.from", "tallyline@example.com"))
        .mail();
  }

  private static JavaMailSenderImpl sender(int port) {
    var sender = new JavaMailSenderImpl();
    sender.setHost("127.0.0.1");
    sender.setPort(port);
    sender.getJavaMailProperties().put("mail.smtp.connectiontimeout", "2000");
    sender.getJavaMailProperties().put("mail.smtp.timeout", "2000");
    return sender;
  }

  private static AlertChange change(boolean firing, Instant at) {
    return new AlertChange(
        "relay-stopped",
        "OPS-185",
        Severity.CRITICAL,
        firing,
        Map.of("outbox", "inventory"),
        "No hub relays the inventory outbox.",
        "Start it.",
        SINCE,
        at);
  }
}
