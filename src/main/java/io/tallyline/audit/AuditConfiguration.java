package io.tallyline.audit;

import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The audit, for every process that has the hub's database. */
@Configuration
@EnableConfigurationProperties(AuditProperties.class)
public class AuditConfiguration {
  @Bean
  AuditKey auditKey(AuditProperties properties, @Qualifier("storeDataSource") DataSource store) {
    return new KeyFile(properties.keyFile()).open(store);
  }

  @Bean
  JdbcAudit audit(
      @Qualifier("storeDataSource") DataSource store, AuditKey auditKey, InstantSource clock) {
    return new JdbcAudit(store, auditKey, clock);
  }

  @Bean
  VerifyAudit verifyAudit(@Qualifier("storeDataSource") DataSource store, AuditKey auditKey) {
    return new VerifyAudit(store, auditKey);
  }

  @Bean(destroyMethod = "end")
  LogAuditHead logAuditHead(AuditEntries audit, AuditProperties properties) {
    return new LogAuditHead(audit, properties.headInterval());
  }
}
