package io.tallyline.ops.security;

import jakarta.servlet.DispatcherType;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.apache.catalina.session.StandardManager;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.access.hierarchicalroles.RoleHierarchyImpl;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.annotation.web.configurers.RequestCacheConfigurer;
import org.springframework.security.core.session.SessionRegistry;
import org.springframework.security.core.session.SessionRegistryImpl;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.session.HttpSessionEventPublisher;

/**
 * Puts HTTP security together: who is asked, by whom checked, and by {@link EndpointTable} let in.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
@EnableConfigurationProperties(AccessProperties.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public class SecurityConfiguration {
  private static final String SIGNED_OUT = "/login?signed-out";
  private static final String START = "/";

  @Bean
  Accounts accounts(AccessProperties properties, InstantSource clock) {
    return Accounts.open(properties.usersFile(), properties.usersCheckInterval(), clock);
  }

  @Bean
  AuthenticationManager signIn(
      Accounts accounts, AccessProperties properties, InstantSource clock) {
    return new SignIn(
        new CheckPasswords(accounts),
        new CheckTokens(accounts, clock, null),
        new LockOut(properties.lockout(), clock));
  }

  @Bean
  RoleHierarchy roleHierarchy() {
    return RoleHierarchyImpl.fromHierarchy(AccessRole.hierarchy());
  }

  @Bean
  LoginPage loginPage() {
    return new LoginPage(Map.of());
  }

  @Bean
  SessionRegistry sessionRegistry() {
    return new SessionRegistryImpl();
  }

  /** Tells the registry of sessions that end. */
  @Bean
  HttpSessionEventPublisher httpSessionEventPublisher() {
    return new HttpSessionEventPublisher();
  }

  @Bean
  StrictHttpFirewall httpFirewall() {
    StrictHttpFirewall firewall = new StrictHttpFirewall();
    firewall.setAllowedHttpMethods(Set.of("GET", "HEAD", "POST", "PUT", "DELETE"));
    return firewall;
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> boundedSessions(
      AccessProperties properties) {
    return tomcat ->
        tomcat.addContextCustomizers(
            context -> {
              StandardManager sessions = new StandardManager();
              sessions.setMaxActiveSessions(properties.sessions().most());
              context.setManager(sessions);
            });
  }

  @Bean
  SecurityFilterChain hubFilterChain(
      HttpSecurity http,
      AuthenticationManager signIn,
      Accounts accounts,
      AccessProperties properties,
      LoginPage loginPage,
      SessionRegistry sessions,
      InstantSource clock)
      throws Exception {
    Refusals refusals = new Refusals(loginPage);
    http.authenticationManager(signIn)
        .authorizeHttpRequests(SecurityConfiguration::byTable)
        .httpBasic(basic -> basic.authenticationEntryPoint(refusals))
        .oauth2ResourceServer(
            bearer ->
                bearer
                    .authenticationManagerResolver(request -> signIn)
                    .authenticationEntryPoint(refusals)
                    .accessDeniedHandler(refusals))
        .formLogin(
            form ->
                form.loginPage("/login").defaultSuccessUrl(START, true).failureHandler(refusals))
        .logout(logout -> logout.logoutUrl("/logout").logoutSuccessUrl(SIGNED_OUT))
        .csrf(BrowserCsrf::configure)
        .headers(Headers::configure)
        .requestCache(RequestCacheConfigurer::disable)
        .exceptionHandling(
            refused -> refused.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
        .sessionManagement(
            session ->
                session
                    .maximumSessions(properties.sessions().perUser())
                    .sessionRegistry(sessions)
                    .expiredUrl("/login"))
        .addFilterBefore(
            new EndSessions(accounts, properties.sessions().longest(), clock),
            AnonymousAuthenticationFilter.class);
    return http.build();
  }

  /** Row by row as the table has them; what has no row is refused to everybody. */
  private static void byTable(
      AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
          requests) {
    requests
        .dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.FORWARD, DispatcherType.ASYNC)
        .permitAll();
    for (EndpointTable.Endpoint row : EndpointTable.ROWS) {
      for (HttpMethod method : row.eachMethod()) {
        var matched =
            requests.requestMatchers(
                PathPatternRequestMatcher.withDefaults().matcher(method, row.pattern()));
        if (row.role() == null) {
          matched.permitAll();
        } else {
          matched.hasRole(row.role().name());
        }
      }
    }
    requests.anyRequest().denyAll();
  }
}
