package io.tallyline.bench;

/** What is measured of every contender. */
enum Metric {
  DRAIN("drained, events/s"),
  RELAY("relay alone, events/s"),
  CONSUMER("consumer alone, events/s"),
  CPU_PROGRAM("CPU s per 1,000 events, program"),
  CPU_POSTGRES("CPU s per 1,000 events, PostgreSQL"),
  CPU_RABBIT("CPU s per 1,000 events, RabbitMQ"),
  CPU("CPU s per 1,000 events"),
  MEMORY("peak memory, MiB"),
  P50_AT_200("latency at 200/s, p50 ms"),
  P99_AT_200("latency at 200/s, p99 ms"),
  MAX_AT_200("latency at 200/s, max ms"),
  P50_AT_1000("latency at 1,000/s, p50 ms"),
  P99_AT_1000("latency at 1,000/s, p99 ms"),
  MAX_AT_1000("latency at 1,000/s, max ms"),
  IN_TIME_AT_1000("share posted while 1,000/s were produced");

  private final String text;

  Metric(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
