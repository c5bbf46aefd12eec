package io.tallyline.ops.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows which alerts fire. Each is told once when its condition has held long enough, and once when
 * the condition has been gone long enough; what comes and goes faster is told neither way. A
 * condition that cannot be looked at changes nothing: what fires goes on firing.
 */
final class EvaluateAlerts implements CurrentAlerts {
  private static final Logger log = LoggerFactory.getLogger(EvaluateAlerts.class);

  private final List<AlertRule> rules;
  private final Readings readings;
  private final Duration resolveAfter;
  private final int mostFiring;
  private final Consumer<AlertChange> told;
  private final Map<String, Map<Labels, Course>> courses = new HashMap<>();
  private final Map<String, String> unknown = new TreeMap<>();
  private final Set<String> overflowing = new HashSet<>();
  private @Nullable Instant evaluatedAt;
  private @Nullable Instant lastChange;

  /** One alert from the moment its condition began to hold. */
  private static final class Course {
    private final Instant holdsSince;
    private @Nullable Instant firesSince;
    private @Nullable Instant goneSince;
    private String beganAs = "";
    private double value;

    private Course(Instant holdsSince) {
      this.holdsSince = holdsSince;
    }
  }

  /**
   * @param resolveAfter how long a condition must be gone
   * @param mostFiring most alerts of one rule
   * @param told hears of each change, and must not block
   */
  EvaluateAlerts(
      List<AlertRule> rules,
      Readings readings,
      Duration resolveAfter,
      int mostFiring,
      Consumer<AlertChange> told) {
    this.rules = List.copyOf(rules);
    this.readings = readings;
    this.resolveAfter = resolveAfter;
    this.mostFiring = mostFiring;
    this.told = told;
  }

  /** Looks at every condition once. */
  synchronized void evaluate(Instant now) {
    evaluatedAt = now;
    for (AlertRule rule : rules) {
      Condition.Observation seen = observe(rule);
      if (seen.unknown() == null) {
        unknown.remove(rule.id());
        follow(rule, seen.holding(), now);
      } else {
        unknown.put(rule.id(), seen.unknown());
      }
    }
  }

  /** One rule that fails must not silence the others. */
  private Condition.Observation observe(AlertRule rule) {
    try {
      return rule.condition().observe(readings);
    } catch (RuntimeException broken) {
      log.error("OPS-214 the alert {} cannot be evaluated: {}", rule.id(), broken.toString());
      return new Condition.Observation(Map.of(), "its evaluation failed: " + broken);
    }
  }

  private void follow(AlertRule rule, Map<Labels, Double> holding, Instant now) {
    Map<Labels, Course> known = courses.computeIfAbsent(rule.id(), id -> new HashMap<>());
    holding.forEach(
        (labels, value) -> {
          Course course = known.get(labels);
          if (course == null) {
            if (known.size() >= mostFiring) {
              tooMany(rule);
              return;
            }
            course = new Course(now);
            known.put(labels, course);
          }
          holds(rule, labels, course, value, now);
        });
    Iterator<Map.Entry<Labels, Course>> each = known.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<Labels, Course> entry = each.next();
      if (!holding.containsKey(entry.getKey())
          && isOver(rule, entry.getKey(), entry.getValue(), now)) {
        each.remove();
      }
    }
  }

  private void tooMany(AlertRule rule) {
    if (overflowing.add(rule.id())) {
      log.error(
          "OPS-216 the alert {} holds for more than {} series (hub.alerts.most-firing); the others"
              + " are not told.",
          rule.id(),
          mostFiring);
    }
  }

  private void holds(AlertRule rule, Labels labels, Course course, double value, Instant now) {
    course.value = value;
    course.goneSince = null;
    if (course.firesSince == null && !now.isBefore(course.holdsSince.plus(rule.hold()))) {
      course.firesSince = now;
      course.beganAs = rule.summary(labels, value);
      lastChange = now;
      tell(rule, labels, course, now, true, now);
    }
  }

  /** Whether it can be forgotten. */
  private boolean isOver(AlertRule rule, Labels labels, Course course, Instant now) {
    Instant firesSince = course.firesSince;
    if (firesSince == null) {
      return true;
    }
    if (course.goneSince == null) {
      course.goneSince = now;
    }
    if (now.isBefore(course.goneSince.plus(resolveAfter))) {
      return false;
    }
    lastChange = now;
    tell(rule, labels, course, firesSince, false, course.goneSince);
    return true;
  }

  private void tell(
      AlertRule rule, Labels labels, Course course, Instant since, boolean firing, Instant at) {
    told.accept(
        new AlertChange(
            rule.id(),
            rule.code(),
            rule.severity(),
            firing,
            labels.values(),
            course.beganAs,
            rule.action(),
            since,
            at));
  }

  /** How many alerts of a rule fire. */
  synchronized long firing(String rule) {
    return courses.getOrDefault(rule, Map.of()).values().stream()
        .filter(course -> course.firesSince != null)
        .count();
  }

  @Override
  public synchronized AlertReport report() {
    List<AlertReport.Firing> firing = new ArrayList<>();
    List<String> fine = new ArrayList<>();
    for (AlertRule rule : rules) {
      courses
          .getOrDefault(rule.id(), Map.of())
          .forEach(
              (labels, course) -> {
                if (course.firesSince != null) {
                  firing.add(shown(rule, labels, course, course.firesSince));
                }
              });
      if (firing(rule.id()) == 0 && !unknown.containsKey(rule.id()) && evaluatedAt != null) {
        fine.add(rule.id());
      }
    }
    firing.sort(Comparator.comparing(AlertReport.Firing::since));
    return new AlertReport(
        evaluatedAt,
        lastChange,
        firing,
        unknown.entrySet().stream()
            .map(entry -> new AlertReport.Unknown(entry.getKey(), entry.getValue()))
            .toList(),
        fine);
  }

  private static AlertReport.Firing shown(
      AlertRule rule, Labels labels, Course course, Instant since) {
    return new AlertReport.Firing(
        rule.id(),
        rule.code(),
        rule.severity().label(),
        labels.values(),
        rule.summary(labels, course.value),
        rule.action(),
        since);
  }
}
