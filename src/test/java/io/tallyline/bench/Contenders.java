package io.tallyline.bench;

import java.util.List;

/** Everybody who is measured, in the order of the table. */
final class Contenders {
  /** The public outbox libraries among them. */
  static final List<String> LIBRARIES = List.of("Spring Modulith", "Namastack");

  private Contenders() {}

  static List<Contender> all(Servers servers) {
    return List.of(
        new Hub(servers, false),
        new Hub(servers, true),
        Peer.handwritten(),
        Peer.announcing(),
        new Peer(
            "naive Camel",
            "camel-sql and spring-rabbitmq, a row and a message at a time, polling each 100 ms",
            "camel",
            "io.tallyline.bench.camel.CamelPipeline",
            false),
        new LibraryPeer(
            "Spring Modulith",
            "1.4.13, its event publication registry; @RabbitListener, a transaction a message",
            "modulith",
            "io.tallyline.bench.modulith.ModulithPipeline"),
        new LibraryPeer(
            "Namastack",
            "1.0.0, 1,000 keys each 100 ms; @RabbitListener, a transaction a message",
            "namastack",
            "io.tallyline.bench.namastack.NamastackPipeline"));
  }
}
