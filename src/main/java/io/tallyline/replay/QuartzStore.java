package io.tallyline.replay;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.quartz.SchedulerConfigException;
import org.quartz.spi.ClassLoadHelper;
import org.quartz.spi.SchedulerSignaler;
import org.quartz.utils.ConnectionProvider;
import org.quartz.utils.DBConnectionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.scheduling.quartz.LocalDataSourceJobStore;
import org.springframework.scheduling.quartz.SchedulerFactoryBean;

/**
 * Spring's job store with connections of its own. Schedulers of one cluster bear one name, and
 * Quartz finds the connections of a JVM by that name: two hubs in one JVM, as tests have them,
 * would otherwise both work on the database of the second.
 */
public final class QuartzStore extends LocalDataSourceJobStore {
  @Override
  public void initialize(ClassLoadHelper loader, SchedulerSignaler signaler)
      throws SchedulerConfigException {
    DataSource store = SchedulerFactoryBean.getConfigTimeDataSource();
    super.initialize(loader, signaler);
    if (store == null) {
      throw new SchedulerConfigException("no data source was given");
    }
    String joining = "joining " + UUID.randomUUID();
    String alone = "alone " + UUID.randomUUID();
    register(joining, () -> DataSourceUtils.doGetConnection(store));
    register(alone, store::getConnection);
    setDataSource(joining);
    setNonManagedTXDataSource(alone);
  }

  private interface Connect {
    @Nullable Connection connection() throws SQLException;
  }

  private static void register(String name, Connect connect) {
    DBConnectionManager.getInstance()
        .addConnectionProvider(
            name,
            new ConnectionProvider() {
              @Override
              public @Nullable Connection getConnection() throws SQLException {
                return connect.connection();
              }

              @Override
              public void initialize() {}

              @Override
              public void shutdown() {}
            });
  }
}
