package io.tallyline.embedded;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * What a process needs for its roles and nobody configured. Half a configuration is refused: a hub
 * that silently fell back on an empty embedded database would look like one that lost its data.
 *
 * @param databases to start on the embedded PostgreSQL
 * @param broker whether to start the embedded broker
 */
record WhatToEmbed(Set<Database> databases, boolean broker) {
  private static final List<String> ROLES = List.of("relay", "finance", "store", "ops");

  boolean nothing() {
    return databases.isEmpty() && !broker;
  }

  /** The settings that would make it unnecessary, for a sentence that goes on with "not". */
  String missing() {
    List<String> settings =
        Stream.concat(
                databases.stream().map(database -> "hub." + database.setting() + ".datasource.url"),
                broker ? Stream.of("spring.rabbitmq.addresses") : Stream.empty())
            .toList();
    return String.join(", ", settings) + (settings.size() == 1 ? " is" : " are");
  }

  /**
   * @throws EmbeddedServersFailed EMB-001 for an unknown role, EMB-002 and EMB-003 for half a
   *     configuration of a database or of the broker
   */
  static WhatToEmbed of(Environment environment) {
    Settings settings = new Settings(Binder.get(environment));
    Set<String> roles = roles(settings);
    Set<Database> databases = EnumSet.noneOf(Database.class);
    for (Database database : Database.values()) {
      if (!configured(database, settings) && needed(database, roles)) {
        databases.add(database);
      }
    }
    boolean brokerNeeded =
        roles.contains("relay") || roles.contains("finance") || roles.contains("store");
    return new WhatToEmbed(databases, !brokerConfigured(settings) && brokerNeeded);
  }

  private static Set<String> roles(Settings settings) {
    String configured = settings.text("hub.roles");
    Set<String> roles = new TreeSet<>();
    for (String role : StringUtils.commaDelimitedListToStringArray(configured)) {
      String name = role.strip().toLowerCase(Locale.ROOT);
      if (name.isEmpty()) {
        continue;
      }
      if (!ROLES.contains(name)) {
        throw new EmbeddedServersFailed(
            "EMB-001", "hub.roles has the unknown role '" + name + "': use any of " + ROLES + ".");
      }
      roles.add(name);
    }
    return roles.isEmpty() ? Set.copyOf(ROLES) : roles;
  }

  private static boolean needed(Database database, Set<String> roles) {
    return switch (database) {
      case INVENTORY -> roles.contains("relay");
      case FINANCE -> roles.contains("finance") || roles.contains("ops");
      case STORE -> roles.contains("store") || roles.contains("ops");
    };
  }

  private static boolean configured(Database database, Settings settings) {
    String prefix = "hub." + database.setting() + ".";
    String url = prefix + "datasource.url";
    String username = prefix + "datasource.username";
    if (settings.has(url)) {
      settings.require(username, url, "EMB-002");
      settings.requireBefore(prefix + "migration.password", prefix + "migration.username");
      return true;
    }
    for (String other :
        List.of(
            username,
            prefix + "datasource.password",
            prefix + "migration.username",
            prefix + "migration.password")) {
      if (settings.has(other)) {
        settings.require(url, other, "EMB-002");
      }
    }
    return false;
  }

  private static boolean brokerConfigured(Settings settings) {
    String prefix = "spring.rabbitmq.";
    for (String where : List.of(prefix + "addresses", prefix + "host")) {
      if (settings.has(where)) {
        if (!settings.text(where).contains("@")) {
          settings.require(prefix + "username", where, "EMB-003");
        }
        return true;
      }
    }
    for (String other : List.of("username", "password", "port", "virtual-host", "ssl")) {
      if (settings.has(prefix + other) || settings.hasBelow(prefix + other)) {
        settings.require(prefix + "addresses", prefix + other, "EMB-003");
      }
    }
    return false;
  }

  /** Reads as Spring Boot does, so that environment variables count; blank means not configured. */
  private record Settings(Binder binder) {
    String text(String name) {
      return binder.bind(name, String.class).orElse("");
    }

    boolean has(String name) {
      return StringUtils.hasText(text(name));
    }

    boolean hasBelow(String name) {
      return binder
          .bind(name, Bindable.mapOf(String.class, String.class))
          .map(values -> values.values().stream().anyMatch(StringUtils::hasText))
          .orElse(false);
    }

    void require(String missing, String present, String code) {
      if (!has(missing)) {
        throw new EmbeddedServersFailed(
            code,
            present
                + " is set but "
                + missing
                + " is not: set both to use your own server, or neither to use the embedded one.");
      }
    }

    void requireBefore(String present, String missing) {
      if (has(present)) {
        require(missing, present, "EMB-002");
      }
    }
  }
}
