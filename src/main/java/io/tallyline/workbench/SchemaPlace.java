package io.tallyline.workbench;

/**
 * A place in a schema without references.
 *
 * @param pointer JSON pointer in the schema, for example {@code /properties/lineItems/items}
 * @param path the same place in a message, as a JSON path: {@code $.lineItems[*]}
 * @param content whether what stands here enters the content hash
 */
public record SchemaPlace(String pointer, String path, boolean content) {
  static final SchemaPlace ROOT = new SchemaPlace("", "$", true);

  SchemaPlace property(String name) {
    boolean plain = name.matches("[A-Za-z_][A-Za-z0-9_]*");
    return new SchemaPlace(
        pointer + "/properties/" + name.replace("~", "~0").replace("/", "~1"),
        path + (plain ? "." + name : "['" + name.replace("'", "\\'") + "']"),
        content);
  }

  /** The same place, as those see it who look at what is in it. */
  SchemaPlace inside(boolean isContent) {
    return new SchemaPlace(pointer, path, content && isContent);
  }

  SchemaPlace items() {
    return new SchemaPlace(pointer + "/items", path + "[*]", content);
  }

  SchemaPlace keyword(String name) {
    return new SchemaPlace(pointer + "/" + name, path, content);
  }
}
