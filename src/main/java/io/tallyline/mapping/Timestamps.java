package io.tallyline.mapping;

import java.time.Instant;
import java.time.LocalDate;
import java.time.Year;
import org.jspecify.annotations.Nullable;

/**
 * RFC 3339 timestamps with an offset, of the years 1900 to 2199. Read by hand: no regular
 * expression and no exception for what comes from outside. A leap second (:60) is refused, since
 * neither Java nor PostgreSQL can keep one.
 */
final class Timestamps {
  private static final int LONGEST = 64;

  /**
   * A moment, exact however many digits its fraction has.
   *
   * @param fraction digits after the point without trailing zeros, maybe empty
   */
  record Moment(long epochSecond, String fraction) {
    /** Cut, not rounded, to nanoseconds. */
    Instant instant() {
      String nanos = (fraction + "000000000").substring(0, 9);
      return Instant.ofEpochSecond(epochSecond, Long.parseLong(nanos));
    }

    /** The same text for the same moment, whatever offset and zeros it was written with. */
    String canonical() {
      return fraction.isEmpty() ? Long.toString(epochSecond) : epochSecond + "." + fraction;
    }
  }

  private Timestamps() {}

  static boolean valid(String text) {
    return read(text) != null;
  }

  static @Nullable Moment read(String text) {
    int length = text.length();
    if (length < 20 || length > LONGEST) {
      return null;
    }
    int year = number(text, 0, 4);
    int month = number(text, 5, 2);
    int day = number(text, 8, 2);
    int hour = number(text, 11, 2);
    int minute = number(text, 14, 2);
    int second = number(text, 17, 2);
    boolean separated =
        text.charAt(4) == '-'
            && text.charAt(7) == '-'
            && (text.charAt(10) | 0x20) == 't'
            && text.charAt(13) == ':'
            && text.charAt(16) == ':';
    if (!separated || year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1) {
      return null;
    }
    boolean leap = Year.isLeap(year);
    int days = month == 2 ? (leap ? 29 : 28) : 30 + (month + month / 8) % 2;
    if (day > days || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0) {
      return null;
    }
    if (second > 59) {
      return null;
    }
    int zone = 19;
    String fraction = "";
    if (text.charAt(19) == '.') {
      zone = 20;
      int last = 19;
      while (zone < length && digit(text.charAt(zone))) {
        if (text.charAt(zone) != '0') {
          last = zone;
        }
        zone++;
      }
      if (zone == 20 || zone == length) {
        return null;
      }
      fraction = last == 19 ? "" : text.substring(20, last + 1);
    }
    int offset = offsetSeconds(text, zone);
    if (offset == Integer.MIN_VALUE) {
      return null;
    }
    long local =
        LocalDate.of(year, month, day).toEpochDay() * 86_400L
            + hour * 3_600L
            + minute * 60L
            + second;
    return new Moment(local - offset, fraction);
  }

  private static int offsetSeconds(String text, int at) {
    char sign = text.charAt(at);
    if ((sign | 0x20) == 'z') {
      return text.length() == at + 1 ? 0 : Integer.MIN_VALUE;
    }
    if (sign != '+' && sign != '-' || text.length() != at + 6 || text.charAt(at + 3) != ':') {
      return Integer.MIN_VALUE;
    }
    int hours = number(text, at + 1, 2);
    int minutes = number(text, at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
      return Integer.MIN_VALUE;
    }
    int seconds = hours * 3_600 + minutes * 60;
    return sign == '-' ? -seconds : seconds;
  }

  private static int number(String text, int from, int count) {
    int number = 0;
    for (int i = from; i < from + count; i++) {
      char c = text.charAt(i);
      if (!digit(c)) {
        return -1;
      }
      number = number * 10 + c - '0';
    }
    return number;
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }
}
