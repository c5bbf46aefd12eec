package io.tallyline.faults.inject;

import javax.sql.DataSource;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.DeclarableCustomizer;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Stands between a hub and its clients of databases and broker, if the system property {@code
 * tallyline.fault} is set, and does nothing otherwise. The hub's own code knows nothing of it.
 */
public final class InjectFaults
    implements ApplicationContextInitializer<ConfigurableApplicationContext> {
  @Override
  public void initialize(ConfigurableApplicationContext context) {
    if (System.getProperty("tallyline.fault") == null) {
      return;
    }
    Orders orders = Orders.ofThisProcess();
    context.getBeanFactory().addBeanPostProcessor(new Between(orders));
    if (orders.mutated(Mutation.UNSAFE_WAIT_QUEUES)) {
      context
          .getBeanFactory()
          .registerSingleton("unsafeWaitQueues", (DeclarableCustomizer) InjectFaults::makeUnsafe);
    }
  }

  private static Declarable makeUnsafe(Declarable declarable) {
    if (declarable instanceof Queue queue && queue.getName().contains(".retry.")) {
      queue.getArguments().remove("x-dead-letter-strategy");
      queue.getArguments().remove("x-overflow");
    }
    return declarable;
  }

  private record Between(Orders orders) implements BeanPostProcessor {
    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
      if (bean instanceof DataSource database && name.equals("inventoryDataSource")) {
        return new WatchedDatabase(database, orders, WatchedDatabase.Kind.INVENTORY);
      }
      if (bean instanceof DataSource database && name.equals("financeDataSource")) {
        return new WatchedDatabase(database, orders, WatchedDatabase.Kind.FINANCE);
      }
      if (bean instanceof CachingConnectionFactory broker) {
        WatchedBroker.watch(broker, orders);
      }
      return bean;
    }
  }
}
