package io.tallyline.ops;

/**
 * How the hub reaches one of its databases.
 *
 * @param kind which one
 * @param url JDBC URL, {@code jdbc:postgresql:...}
 * @param user runtime role
 * @param password of the runtime role
 * @param ownerUser role that migrates; the runtime role where nothing else is configured
 * @param ownerPassword of the role that migrates
 */
public record DatabaseAccess(
    Kind kind, String url, String user, String password, String ownerUser, String ownerPassword) {

  /** The three databases; the names are those of the settings, the schemas those inside. */
  public enum Kind {
    INVENTORY("inventory", "inventory"),
    FINANCE("finance", "finance"),
    STORE("store", "hub");

    private final String setting;
    private final String schema;

    Kind(String setting, String schema) {
      this.setting = setting;
      this.schema = schema;
    }

    /** For example {@code hub.store}: where this database is configured. */
    String prefix() {
      return "hub." + setting;
    }

    /** Also the name of the folder of its migrations below {@code db}. */
    String schema() {
      return schema;
    }
  }

  /** The runtime role migrates as well. */
  public DatabaseAccess(Kind kind, String url, String user, String password) {
    this(kind, url, user, password, user, password);
  }

  /** The URL without its parameters, among which may be a password. */
  String where() {
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }

  @Override
  public String toString() {
    return kind + " at " + where() + " as " + user + ", migrated as " + ownerUser;
  }
}
