package io.tallyline.ops.alerts;

import static io.tallyline.ops.alerts.Metric.counter;
import static io.tallyline.ops.alerts.Metric.gauge;
import static io.tallyline.ops.alerts.Metric.promNumber;

import io.tallyline.ops.alerts.AlertRule.Unit;
import io.tallyline.ops.alerts.Condition.Compared;
import io.tallyline.ops.alerts.Condition.Draining;
import io.tallyline.ops.alerts.Condition.FromBroker;
import io.tallyline.ops.alerts.Condition.Growing;
import io.tallyline.ops.alerts.Condition.Of;
import io.tallyline.ops.alerts.Condition.PrometheusOnly;
import io.tallyline.ops.alerts.Condition.Share;
import io.tallyline.ops.alerts.Condition.Side;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every alert, once: the hub evaluates them, {@link PrometheusRules} writes them for Prometheus,
 * and {@code src/docs/alerts.md} has a heading for each.
 */
final class AlertRules {
  /** What a consumer counts when all is well; everything else is an error. */
  private static final String[] FINE = {"written", "duplicate", "superseded"};

  private static final Metric SETTLED =
      counter("hub.finance.messages").only("consumer", "finance.journal");

  private final AlertProperties properties;
  private final AlertProperties.Hold hold;

  private AlertRules(AlertProperties properties) {
    this.properties = properties;
    this.hold = properties.hold();
  }

  static List<AlertRule> of(AlertProperties properties) {
    var rules = new AlertRules(properties);
    return Stream.of(
            rules.messages(), rules.relay(), rules.broker(), rules.certificates(), rules.hub())
        .flatMap(List::stream)
        .toList();
  }

  private List<AlertRule> messages() {
    return List.of(
        new AlertRule(
            "dead-letters",
            "OPS-180",
            Severity.CRITICAL,
            "{value} dead letters wait in {queue}.",
            "Read hub-reason and hub-error of the messages, mend the cause, then retry or discard"
                + " each.",
            hold.deadLetters(),
            Unit.COUNT,
            above(queues("dead"), properties.deadLetters(), "queue")),
        new AlertRule(
            "dead-letters-undecided",
            "OPS-199",
            Severity.CRITICAL,
            "{value} dead letters of {queue} ({reason}) wait for somebody to decide.",
            "Open the desk, /desk/dead-letters or ./hub dead-letters groups: mend the cause, then"
                + " retry or discard.",
            hold.deadLetters(),
            Unit.COUNT,
            above(gauge("hub.dead-letters.open"), properties.deadLetters(), "queue", "reason")),
        new AlertRule(
            "queue-lag",
            "OPS-182",
            Severity.CRITICAL,
            "{value} messages wait in {queue}, and at this pace not all are posted in time.",
            "See whether the journal writer runs and the finance database answers; if both do, add"
                + " a finance hub.",
            hold.queueLag(),
            Unit.COUNT,
            new Draining(
                queues("work").only("queue", "finance.journal"),
                SETTLED,
                properties.lag(),
                properties.lagWindow())),
        new AlertRule(
            "consumer-errors",
            "OPS-183",
            Severity.CRITICAL,
            "{value} of the messages of {consumer} fail.",
            "Find the newest FIN- lines in the log: one reason means a producer or a mapping, many"
                + " mean the database.",
            hold.consumerErrors(),
            Unit.PERCENT,
            new Share(
                counter("hub.finance.messages"),
                counter("hub.finance.messages").without("outcome", FINE),
                properties.consumerErrorsPercent() / 100,
                properties.consumerErrorsMinimum(),
                properties.consumerErrorsWindow(),
                List.of("consumer"))),
        new AlertRule(
            "unrouted",
            "OPS-188",
            Severity.CRITICAL,
            "{value} inventory messages were bound for no queue and wait in erp.unrouted.",
            "Restore the binding of finance.journal to erp.inventory by inventory.#, then send them"
                + " on.",
            hold.unrouted(),
            Unit.COUNT,
            above(gauge("hub.relay.unrouted.messages"), 0)),
        new AlertRule(
            "queue-without-consumer",
            "OPS-192",
            Severity.CRITICAL,
            "Nobody takes messages from {queue}.",
            "Start the hub with that queue's role, or its route if the hub runs; while a breaker is"
                + " open this follows from it.",
            hold.queueWithoutConsumer(),
            Unit.COUNT,
            new Compared(
                gauge("hub.delivery.queue.consumers").only("queue", "finance.journal"),
                Of.MAX,
                Side.BELOW,
                1,
                List.of("queue"))));
  }

  private List<AlertRule> relay() {
    return List.of(
        new AlertRule(
            "relay-lag",
            "OPS-181",
            Severity.CRITICAL,
            "The oldest row of the {outbox} outbox waits for {value}.",
            "See whether the relay runs and the broker takes messages; the log names what a batch"
                + " failed with.",
            hold.relayLag(),
            Unit.TIME,
            above(
                gauge("hub.relay.lag", "seconds"), properties.lag().toMillis() / 1000.0, "outbox")),
        new AlertRule(
            "relay-stopped",
            "OPS-185",
            Severity.CRITICAL,
            "No hub relays the {outbox} outbox.",
            "Start the relay's route or hub; if it runs, the log names what its batches fail with.",
            hold.relayStopped(),
            Unit.COUNT,
            new Compared(gauge("hub.relay.running"), Of.MAX, Side.BELOW, 1, List.of("outbox"))),
        new AlertRule(
            "outbox-growing",
            "OPS-186",
            Severity.WARNING,
            "The {outbox} outbox grows: {value} rows.",
            "Compare the rate of new rows with that of published events; look for another alert of"
                + " the broker or database first.",
            hold.outboxGrowing(),
            Unit.COUNT,
            new Growing(
                gauge("hub.relay.backlog", "rows"),
                properties.backlogRows(),
                properties.backlogWindow(),
                List.of("outbox"))),
        new AlertRule(
            "immovable-rows",
            "OPS-195",
            Severity.CRITICAL,
            "{value} rows of the {outbox} outbox are too large for any queue and stay there.",
            "The log names each; have inventory split it, and delete the row as the owner once it"
                + " is replaced.",
            hold.immovableRows(),
            Unit.COUNT,
            above(gauge("hub.relay.immovable.rows"), 0, "outbox")));
  }

  private List<AlertRule> broker() {
    return List.of(
        new AlertRule(
            "broker-cpu",
            "OPS-184",
            Severity.WARNING,
            "The broker's node {node} uses {value} of its processors.",
            "See which queue or connection is busy; give the broker more processors or lower the"
                + " load.",
            hold.brokerCpu(),
            Unit.PERCENT,
            new FromBroker(
                above(
                    gauge("hub.ops.broker.cpu", "ratio"),
                    properties.brokerCpuPercent() / 100,
                    "node"),
                brokerCpu(promNumber(properties.brokerCpuPercent() / 100)))),
        new AlertRule(
            "broker-alarm",
            "OPS-189",
            Severity.CRITICAL,
            "The broker's node {node} has a {alarm} alarm and takes no messages.",
            "Free disk, or find the queue that fills memory; the relay goes on by itself.",
            hold.brokerAlarm(),
            Unit.COUNT,
            new FromBroker(
                above(gauge("hub.ops.broker.alarm"), 0, "node", "alarm"), brokerAlarm())),
        new AlertRule(
            "broker-blocked",
            "OPS-190",
            Severity.CRITICAL,
            "The broker takes no messages from this hub.",
            "The broker has a memory or disk alarm: rabbitmq-diagnostics alarms says which.",
            hold.brokerBlocked(),
            Unit.COUNT,
            above(gauge("hub.delivery.broker.blocked"), 0, "instance")),
        new AlertRule(
            "broker-away",
            "OPS-191",
            Severity.CRITICAL,
            "This hub has no connection to the broker.",
            "See whether RabbitMQ runs and its port can be reached; nothing is lost, rows wait in"
                + " the outbox.",
            hold.brokerAway(),
            Unit.COUNT,
            below(gauge("hub.delivery.broker.connected"), "instance")));
  }

  private List<AlertRule> certificates() {
    Metric expiry = gauge("hub.ops.certificate.expiry", "seconds");
    String action = "Renew it and replace the files; a bundle with reload-on-update takes them.";
    return List.of(
        new AlertRule(
            "certificate-expiring",
            "OPS-193",
            Severity.WARNING,
            "The certificate {certificate} ends in {value}.",
            action,
            hold.certificate(),
            Unit.TIME,
            sooner(expiry, properties.certificateWarning())),
        new AlertRule(
            "certificate-almost-over",
            "OPS-194",
            Severity.CRITICAL,
            "The certificate {certificate} ends in {value}; then connections fail.",
            action,
            hold.certificate(),
            Unit.TIME,
            sooner(expiry, properties.certificateCritical())));
  }

  private List<AlertRule> hub() {
    return List.of(
        new AlertRule(
            "breaker-open",
            "OPS-187",
            Severity.CRITICAL,
            "Consumers pause because {server} is away.",
            "Bring that server back; they go on by themselves, and no attempt is spent meanwhile.",
            hold.breakerOpen(),
            Unit.COUNT,
            above(gauge("hub.delivery.breaker.open"), 0, "instance", "server")),
        new AlertRule(
            "pool-exhausted",
            "OPS-196",
            Severity.CRITICAL,
            "{value} threads wait for a connection to the database {pool}.",
            "Look for a long lock or statement in pg_stat_activity; only then raise pool-size.",
            hold.poolExhausted(),
            Unit.COUNT,
            above(
                gauge("hikaricp.connections.pending"),
                properties.poolPending(),
                "instance",
                "pool")),
        new AlertRule(
            "not-ready",
            "OPS-197",
            Severity.CRITICAL,
            "This hub is not ready: it cannot do its work.",
            "GET /actuator/health names the part that fails.",
            hold.notReady(),
            Unit.COUNT,
            below(gauge("hub.ops.ready"), "instance")),
        new AlertRule(
            "hub-away",
            "OPS-198",
            Severity.CRITICAL,
            "The hub {instance} does not answer.",
            "See whether the process runs and why it ended; rows wait in the outbox, messages in"
                + " their queues.",
            Duration.ofMinutes(1),
            Unit.COUNT,
            new PrometheusOnly(
                "up{job=\"tallyline\"} < 1", "a hub that is away cannot say so; Prometheus does")));
  }

  private static Metric queues(String kind) {
    return gauge("hub.delivery.queue.messages").only("kind", kind);
  }

  private static Condition above(Metric metric, double threshold, String... by) {
    return new Compared(metric, Of.MAX, Side.ABOVE, threshold, List.of(by));
  }

  private static Condition below(Metric metric, String... by) {
    return new Compared(metric, Of.MIN, Side.BELOW, 1, List.of(by));
  }

  private static Condition sooner(Metric expiry, Duration than) {
    return new Compared(expiry, Of.MIN, Side.BELOW, than.toSeconds(), List.of("certificate"));
  }

  /** CPU time of the whole Erlang machine by the time that its schedulers had. */
  private static String brokerCpu(String threshold) {
    return "label_replace(rate(erlang_vm_statistics_runtime_milliseconds[2m]) / 1000"
        + " / erlang_vm_schedulers_online, \"node\", \"$1\", \"instance\", \"(.*)\") > "
        + threshold;
  }

  private static String brokerAlarm() {
    return "label_replace(label_replace(rabbitmq_alarms_memory_used_watermark, \"alarm\","
        + " \"memory\", \"\", \"\") or label_replace(rabbitmq_alarms_free_disk_space_watermark,"
        + " \"alarm\", \"disk\", \"\", \"\"), \"node\", \"$1\", \"instance\", \"(.*)\") > 0";
  }
}
