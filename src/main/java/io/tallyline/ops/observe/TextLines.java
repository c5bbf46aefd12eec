package io.tallyline.ops.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.slf4j.event.KeyValuePair;

/**
 * One event, one line, for people at a terminal: time, level, logger, message, and what the line is
 * about as {@code key=value}. An exception follows by its messages and where each was thrown.
 */
public final class TextLines extends LayoutBase<ILoggingEvent> {
  private static final int LEVEL = 5;
  private static final int LOGGER = 22;
  private static final int MOST_CAUSES = 10;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
    line.append(' ');
    column(line, event.getLevel().toString(), LEVEL);
    column(line, shortName(event.getLoggerName()), LOGGER);
    line.append(Encoded.text(String.valueOf(event.getFormattedMessage())));
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        line.append(' ').append(pair.key).append('=');
        line.append(Encoded.text(String.valueOf(pair.value)));
      }
    }
    line.append('\n');
    IThrowableProxy thrown = event.getThrowableProxy();
    for (int i = 0; thrown != null && i < MOST_CAUSES; i++) {
      exception(line, thrown, i == 0 ? "" : "Caused by: ");
      thrown = thrown.getCause();
    }
    return line.toString();
  }

  private static void exception(StringBuilder line, IThrowableProxy thrown, String lead) {
    line.append(lead).append(thrown.getClassName()).append(": ");
    line.append(Encoded.text(String.valueOf(thrown.getMessage()))).append('\n');
    StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
    if (frames != null && frames.length > 0) {
      line.append('\t').append(Encoded.text(frames[0].getSTEAsString())).append('\n');
    }
  }

  private static String shortName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }

  /** Of a long name the end tells more. */
  private static void column(StringBuilder line, String text, int width) {
    String shown = text.length() <= width ? text : text.substring(text.length() - width);
    line.append(shown);
    for (int i = shown.length(); i <= width; i++) {
      line.append(' ');
    }
  }
}
