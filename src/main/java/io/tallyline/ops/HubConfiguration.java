package io.tallyline.ops;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tallyline.audit.AuditConfiguration;
import io.tallyline.bridge.BridgeConfiguration;
import io.tallyline.bridge.ReadEnvelopes;
import io.tallyline.bridge.WriteEnvelopes;
import io.tallyline.contracts.StartRefused;
import io.tallyline.deadletter.DeadLetterConfiguration;
import io.tallyline.delivery.Breaker;
import io.tallyline.eventstore.EventStoreConfiguration;
import io.tallyline.eventstore.StoringConfiguration;
import io.tallyline.finance.FinanceConfiguration;
import io.tallyline.finance.FinanceProperties;
import io.tallyline.finance.ReadMessages;
import io.tallyline.mapping.FollowsMappings;
import io.tallyline.mapping.Mappings;
import io.tallyline.ops.alerts.AlertsConfiguration;
import io.tallyline.ops.console.ConsoleConfiguration;
import io.tallyline.ops.desk.DeskConfiguration;
import io.tallyline.ops.observe.ObserveConfiguration;
import io.tallyline.ops.security.SecurityConfiguration;
import io.tallyline.reconcile.ReconcileConfiguration;
import io.tallyline.relay.AnnouncementConfiguration;
import io.tallyline.relay.RelayConfiguration;
import io.tallyline.relay.TranslateEvents;
import io.tallyline.replay.ReplayConfiguration;
import io.tallyline.workbench.LiveEditing;
import io.tallyline.workbench.WorkbenchProperties;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.ConfigurableEnvironment;

/** Puts the process together from the roles it has. */
@Configuration
@EnableConfigurationProperties({HubProperties.class, WorkbenchProperties.class})
@Import({
  BrokerConfiguration.class,
  SecurityConfiguration.class,
  ConsoleConfiguration.class,
  AlertsConfiguration.class,
  HubConfiguration.Inventory.class,
  HubConfiguration.Bridge.class,
  HubConfiguration.Finance.class,
  HubConfiguration.Store.class,
  ObserveConfiguration.class
})
class HubConfiguration {
  private static final Logger log = LoggerFactory.getLogger(HubConfiguration.class);
  private static volatile Duration shutdownTimeout = Duration.ofSeconds(30);

  HubConfiguration(HubProperties properties) {
    shutdownTimeout = properties.shutdown().timeout();
  }

  /** How long a stop may take, known outside of Spring for the moment Spring itself hangs. */
  static Duration shutdownTimeout() {
    return shutdownTimeout;
  }

  @Bean
  InstantSource clock() {
    return Clock.systemUTC();
  }

  @Bean
  Mappings mappings(HubProperties properties) {
    return Mappings.open(properties.mappingsDirectory());
  }

  /** Part of readiness: a hub whose consumer pauses cannot do its work. */
  @Bean
  ConsumersHealth consumersHealthIndicator(ObjectProvider<Breaker> breakers) {
    return new ConsumersHealth(breakers.stream().toList());
  }

  @Bean
  CheckRoutes checkRoutes(
      HubProperties properties,
      ObjectProvider<TranslateEvents> translateEvents,
      ObjectProvider<ReadMessages> readMessages,
      ObjectProvider<ReadEnvelopes> readEnvelopes,
      ObjectProvider<WriteEnvelopes> writeEnvelopes) {
    return new CheckRoutes(
        Role.parse(properties.roles()),
        translateEvents,
        readMessages,
        readEnvelopes,
        writeEnvelopes);
  }

  /** Off in production unless somebody wants it: an edit on a server is not yet reviewed. */
  @Bean
  @ConditionalOnBooleanProperty("hub.workbench.reload")
  LiveEditing liveEditing(
      CamelContext camel,
      HubProperties properties,
      WorkbenchProperties workbench,
      CheckRoutes checkRoutes,
      ObjectProvider<FollowsMappings> followers,
      ConfigurableEnvironment environment,
      @Value("${camel.main.routes-include-pattern}") String routePatterns) {
    return new LiveEditing(
        camel,
        EditedProject.of(environment),
        Arrays.stream(routePatterns.split(","))
            .map(
                pattern ->
                    Path.of(pattern.replaceFirst("^file:", "").replaceFirst("/[*][*]/.*$", ""))
                        .toAbsolutePath()
                        .normalize())
            .toList(),
        workbench.reloadInterval(),
        checkRoutes.needed(),
        checkRoutes::check,
        followers.orderedStream().toList());
  }

  /** A pool for a database whose schema is made or checked first. */
  private static HikariDataSource open(
      DatabaseAccess.Kind kind, HubProperties.Database database, HubProperties properties) {
    return open(kind, database, properties, null);
  }

  /**
   * @param sessionSql run once in every new connection
   */
  private static HikariDataSource open(
      DatabaseAccess.Kind kind,
      HubProperties.Database database,
      HubProperties properties,
      @Nullable String sessionSql) {
    String name = kind.name().toLowerCase(Locale.ROOT);
    prepare(access(kind, database), properties.start().longestWait());
    HikariConfig pool = new HikariConfig();
    pool.setPoolName(name);
    pool.setJdbcUrl(database.datasource().url());
    pool.setUsername(database.datasource().username());
    pool.setPassword(database.datasource().password());
    pool.setMaximumPoolSize(database.datasource().poolSize());
    pool.setMinimumIdle(1);
    pool.setConnectionInitSql(sessionSql);
    pool.setConnectionTimeout(5_000);
    pool.setValidationTimeout(2_000);
    pool.setInitializationFailTimeout(-1);
    pool.addDataSourceProperty("ApplicationName", "tallyline " + name);
    pool.addDataSourceProperty("reWriteBatchedInserts", "true");
    pool.addDataSourceProperty("connectTimeout", "10");
    pool.addDataSourceProperty("socketTimeout", "60");
    pool.addDataSourceProperty("tcpKeepAlive", "true");
    return new HikariDataSource(pool);
  }

  private static DatabaseAccess access(DatabaseAccess.Kind kind, HubProperties.Database database) {
    HubProperties.Datasource datasource = database.datasource();
    if (datasource.url() == null || datasource.username() == null) {
      throw new StartRefused(
          "OPS-060",
          "%1$s.datasource.url and .username are both needed, or neither, which starts an embedded database."
              .formatted(kind.prefix()));
    }
    String owner = database.migration().username();
    return owner == null
        ? new DatabaseAccess(kind, datasource.url(), datasource.username(), datasource.password())
        : new DatabaseAccess(
            kind,
            datasource.url(),
            datasource.username(),
            datasource.password(),
            owner,
            database.migration().password());
  }

  private static void prepare(DatabaseAccess access, Duration longest) {
    new AwaitDatabase(longest, log::info).await(access);
    MigrateDatabase.migrate(access).forEach(log::warn);
  }

  @Configuration
  @ConditionalOnRole(Role.RELAY)
  @Import(RelayConfiguration.class)
  static class Inventory {
    @Bean(destroyMethod = "close")
    DataSource inventoryDataSource(HubProperties properties) {
      return open(DatabaseAccess.Kind.INVENTORY, properties.inventory(), properties);
    }
  }

  /** Needs nothing but the broker; who publishes inventory's messages runs it too. */
  @Configuration
  @ConditionalOnRole(Role.RELAY)
  @ConditionalOnBooleanProperty("hub.bridge.masstransit.enabled")
  @Import(BridgeConfiguration.class)
  static class Bridge {}

  @Configuration
  @ConditionalOnRole({Role.FINANCE, Role.OPS})
  @EnableConfigurationProperties(FinanceProperties.class)
  static class Finance {
    /** A lock that somebody holds fails the one message that needs it, and soon. */
    private static final String TIMEOUTS =
        "SET lock_timeout = %d; SET statement_timeout = %d;"
            + " SET idle_in_transaction_session_timeout = %d";

    @Bean(destroyMethod = "close")
    DataSource financeDataSource(HubProperties properties, FinanceProperties finance) {
      return open(
          DatabaseAccess.Kind.FINANCE,
          properties.finance(),
          properties,
          TIMEOUTS.formatted(
              finance.lockTimeout().toMillis(),
              finance.statementTimeout().toMillis(),
              finance.stalledTransactionTimeout().toMillis()));
    }

    @Configuration
    @ConditionalOnRole(Role.FINANCE)
    @Import({FinanceConfiguration.class, AnnouncementConfiguration.class})
    static class Posting {}
  }

  @Configuration
  @ConditionalOnRole({Role.STORE, Role.OPS})
  @Import({EventStoreConfiguration.class, AuditConfiguration.class})
  static class Store {
    @Bean(destroyMethod = "close")
    DataSource storeDataSource(HubProperties properties) {
      return open(DatabaseAccess.Kind.STORE, properties.store(), properties);
    }

    @Configuration
    @ConditionalOnRole(Role.OPS)
    @Import({
      DeskConfiguration.class,
      DeadLetterConfiguration.Working.class,
      ReplayConfiguration.class,
      ReconcileConfiguration.class
    })
    static class Desk {}

    @Configuration
    @ConditionalOnRole(Role.STORE)
    @Import({StoringConfiguration.class, DeadLetterConfiguration.Taking.class})
    static class Storing {}
  }
}
