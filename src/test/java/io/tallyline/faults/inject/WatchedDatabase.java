package io.tallyline.faults.inject;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A pool whose connections know which of the hub's steps they are in. */
final class WatchedDatabase extends DelegatingDataSource {
  private final Orders orders;
  private final Kind kind;

  enum Kind {
    INVENTORY,
    FINANCE
  }

  WatchedDatabase(DataSource pool, Orders orders, Kind kind) {
    super(pool);
    this.orders = orders;
    this.kind = kind;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = obtainTargetDataSource().getConnection();
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            kind == Kind.INVENTORY ? new Inventory(connection) : new Finance(connection));
  }

  private abstract static class Steps implements InvocationHandler {
    private final Connection connection;

    Steps(Connection connection) {
      this.connection = connection;
    }

    abstract String preparing(String sql) throws SQLException;

    abstract void committing();

    abstract void committed();

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
      boolean commit = method.getName().equals("commit");
      if (method.getName().equals("prepareStatement")) {
        arguments[0] = preparing((String) arguments[0]);
      }
      if (commit) {
        committing();
      }
      Object result = call(method, arguments);
      if (commit) {
        committed();
      }
      return result;
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
      try {
        return method.invoke(connection, arguments);
      } catch (InvocationTargetException failure) {
        throw failure.getCause();
      }
    }
  }

  private final class Inventory extends Steps {
    private boolean clearing;

    Inventory(Connection connection) {
      super(connection);
    }

    @Override
    String preparing(String sql) {
      if (sql.startsWith("delete from inventory.outbox_event")) {
        orders.at(Point.R3);
        clearing = true;
      }
      return sql;
    }

    @Override
    void committing() {
      if (clearing) {
        orders.at(Point.R4);
      }
    }

    @Override
    void committed() {
      if (clearing) {
        clearing = false;
        orders.at(Point.R5);
      }
    }
  }

  private final class Finance extends Steps {
    private static final String ON_CONFLICT = "ON CONFLICT (source, external_ref) DO NOTHING";

    private boolean posting;

    Finance(Connection connection) {
      super(connection);
    }

    @Override
    String preparing(String sql) throws SQLException {
      if (!sql.contains("INSERT INTO finance.ledger_journal (")) {
        return sql;
      }
      orders.at(Point.C1);
      if (orders.failsNow()) {
        throw new SQLException("could not serialize access, by order", "40001");
      }
      posting = true;
      return orders.mutated(Mutation.UNIQUE_KEY_DROPPED) ? sql.replace(ON_CONFLICT, "") : sql;
    }

    @Override
    void committing() {
      if (posting) {
        orders.at(Point.C2);
      }
    }

    @Override
    void committed() {
      if (posting) {
        posting = false;
        WatchedBroker.posted();
      }
    }
  }
}
