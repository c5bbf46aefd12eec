package io.tallyline.ops;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a process does; one hub may do everything, or several share the work. */
enum Role {
  /** Outbox to broker: needs the inventory database and the broker. */
  RELAY("inventory"),
  /** Broker to ledger: needs the finance database and the broker. */
  FINANCE("finance"),
  /** Keeps events and dead letters: needs the hub database and the broker. */
  STORE("hub"),
  /** Operations: needs the hub database, and finance read-only. */
  OPS("operations");

  /** Flows of the MassTransit bridge, which runs with the role relay where it is switched on. */
  static final String BRIDGE_ROUTE_FOLDER = "bridge";

  private final String routeFolder;

  Role(String routeFolder) {
    this.routeFolder = routeFolder;
  }

  /** The folder below {@code routes/} whose flows this role runs. */
  String routeFolder() {
    return routeFolder;
  }

  boolean needsBroker() {
    return this != OPS;
  }

  /**
   * Reads {@code relay,finance}.
   *
   * @throws IllegalArgumentException if a name is unknown or none is given
   */
  static Set<Role> parse(String text) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String name : text.split(",")) {
      try {
        roles.add(valueOf(name.strip().toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException unknown) {
        throw new IllegalArgumentException(
            "'%s' is not a role; choose from %s".formatted(name.strip(), allNames()));
      }
    }
    return roles;
  }

  static String allNames() {
    return Arrays.stream(values())
        .map(role -> role.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(","));
  }
}
