package io.tallyline.ops;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.Assert;

/**
 * Settings of the process.
 *
 * @param roles what this process does: any of relay, finance, store, ops
 * @param home the folder that routes, mappings and data are found in
 * @param routesDirectory route files, {@code <area>/<name>.camel.yaml}
 * @param mappingsDirectory schemas and mappings
 * @param dataDirectory where embedded servers keep their data
 * @param start how starting behaves
 * @param shutdown how stopping behaves
 * @param inventory the database with the outbox
 * @param finance the database with the ledger
 * @param store the hub's own database
 */
@ConfigurationProperties("hub")
record HubProperties(
    @DefaultValue("relay,finance,store,ops") String roles,
    @DefaultValue(".") Path home,
    @DefaultValue("routes") Path routesDirectory,
    @DefaultValue("mappings") Path mappingsDirectory,
    @DefaultValue("data") Path dataDirectory,
    @DefaultValue Start start,
    @DefaultValue Shutdown shutdown,
    @DefaultValue Database inventory,
    @DefaultValue Database finance,
    @DefaultValue Database store) {

  /**
   * @param longestWait how long a server may stay unreachable before the start is given up
   */
  record Start(@Name("wait") @DefaultValue("60s") Duration longestWait) {}

  /**
   * @param timeout how long work in flight may take to finish after SIGTERM
   */
  record Shutdown(@DefaultValue("30s") Duration timeout) {}

  /**
   * @param datasource where it is, and the least-privileged role the hub works with
   * @param migration the owner, who creates the schema; the runtime role if absent
   */
  record Database(@DefaultValue Datasource datasource, @DefaultValue Credential migration) {}

  /**
   * @param url JDBC URL of a PostgreSQL database; embedded if absent
   * @param username runtime role
   * @param password password of the runtime role
   * @param poolSize most connections to it
   */
  record Datasource(
      @Nullable String url,
      @Nullable String username,
      @DefaultValue("") String password,
      @DefaultValue("4") int poolSize) {
    Datasource {
      Assert.isTrue(
          poolSize >= 3 && poolSize <= 1_000,
          () ->
              "a datasource's pool-size must be 3 to 1000, for work, relay and probe: " + poolSize);
    }
  }

  /**
   * @param username owner of the schema
   * @param password password of the owner
   */
  record Credential(@Nullable String username, @DefaultValue("") String password) {}
}
