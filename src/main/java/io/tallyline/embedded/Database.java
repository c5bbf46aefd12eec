package io.tallyline.embedded;

/** The three databases the hub works with, and the roles it uses in each. */
enum Database {
  INVENTORY("inventory", "inventory"),
  FINANCE("finance", "finance"),
  STORE("store", "hub");

  private final String setting;
  private final String databaseName;

  Database(String setting, String databaseName) {
    this.setting = setting;
    this.databaseName = databaseName;
  }

  /** {@code hub.<this>.datasource.url} says where the database is. */
  String setting() {
    return setting;
  }

  String databaseName() {
    return databaseName;
  }

  /** The least-privileged role of the running hub: may connect, and what migrations grant it. */
  String runtimeRole() {
    return setting + "_hub";
  }

  /** Owns the database and runs its migrations; not a superuser. */
  String ownerRole() {
    return setting + "_owner";
  }
}
