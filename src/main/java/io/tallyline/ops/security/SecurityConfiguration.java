package io.tallyline.ops.security;

import jakarta.servlet.DispatcherType;
import java.time.InstantSource;
import java.util.Set;
import org.apache.catalina.filters.FailedRequestFilter;
import org.apache.catalina.session.StandardManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.boot.autoconfigure.security.oauth2.client.OAuth2ClientProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.access.hierarchicalroles.RoleHierarchyImpl;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.core.session.SessionRegistry;
import org.springframework.security.core.session.SessionRegistryImpl;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.session.ConcurrentSessionFilter;
import org.springframework.security.web.session.HttpSessionEventPublisher;

/**
 * Puts HTTP security together: who is asked, by whom checked, and by {@link EndpointTable} let in.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
@EnableConfigurationProperties({AccessProperties.class, HttpProperties.class})
@Import(OpenIdConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public class SecurityConfiguration {
  private static final Logger log = LoggerFactory.getLogger(SecurityConfiguration.class);
  private static final String SIGNED_OUT = "/login?signed-out";
  private static final String START = "/";

  @Bean
  Accounts accounts(AccessProperties properties, InstantSource clock) {
    return Accounts.open(properties.usersFile(), properties.usersCheckInterval(), clock);
  }

  @Bean
  RoleHierarchy roleHierarchy() {
    return RoleHierarchyImpl.fromHierarchy(AccessRole.hierarchy());
  }

  @Bean
  LoginPage loginPage(OAuth2ClientProperties clients, ObjectProvider<StartPage> start) {
    return new LoginPage(
        OpenIdConfiguration.links(clients), start.getIfAvailable(() -> StartPage.CONSOLE));
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

  /**
   * Without security, a foreign page could point its own name at this machine; so only local names
   * are answered then.
   */
  @Bean
  StrictHttpFirewall httpFirewall(AccessProperties properties) {
    StrictHttpFirewall firewall = new StrictHttpFirewall();
    if (!properties.enabled()) {
      firewall.setAllowedHostnames(Set.of("localhost", "127.0.0.1", "[::1]")::contains);
    }
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
  FilterRegistrationBean<BoundBodies> boundBodies(HttpProperties properties) {
    FilterRegistrationBean<BoundBodies> filter =
        new FilterRegistrationBean<>(new BoundBodies(properties.maxBodySize().toBytes()));
    filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 1);
    return filter;
  }

  /** Tomcat alone would drop parameters beyond its bounds and go on without them. */
  @Bean
  FilterRegistrationBean<FailedRequestFilter> refusedParameters() {
    FilterRegistrationBean<FailedRequestFilter> filter =
        new FilterRegistrationBean<>(new FailedRequestFilter());
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return filter;
  }

  @Bean
  @ConditionalOnBooleanProperty(name = "hub.security.enabled", matchIfMissing = true)
  SecurityFilterChain hubFilterChain(
      HttpSecurity http,
      Accounts accounts,
      AccessProperties properties,
      LoginPage page,
      SessionRegistry sessions,
      ObjectProvider<ClientRegistrationRepository> providers,
      ObjectProvider<JwtDecoder> jwt,
      OpenIdRoles roles,
      InstantSource clock)
      throws Exception {
    Refusals refusals = new Refusals(page);
    SignIn signIn = signIn(accounts, properties, jwt, roles, clock);
    int perUser = properties.sessions().perUser();
    protect(http, refusals);
    programs(http, signIn, refusals);
    http.authenticationProvider(signIn)
        .authorizeHttpRequests(SecurityConfiguration::byTable)
        .formLogin(
            form ->
                form.loginPage("/login")
                    .successHandler(new BeginSession(sessions, perUser, toStart()))
                    .failureHandler(refusals))
        .logout(logout -> logout.logoutUrl("/logout").logoutSuccessUrl(SIGNED_OUT))
        .addFilterBefore(
            new ConcurrentSessionFilter(
                sessions, ended -> ended.getResponse().sendRedirect("/login")),
            AnonymousAuthenticationFilter.class)
        .addFilterBefore(
            new EndSessions(accounts, properties.sessions().longest(), clock),
            AnonymousAuthenticationFilter.class);
    ClientRegistrationRepository clients = providers.getIfAvailable();
    if (clients != null) {
      http.oauth2Login(
          login ->
              OpenIdConfiguration.signIn(login, clients, roles, page, clock)
                  .successHandler(
                      new BeginSession(sessions, perUser, OpenIdConfiguration.arrived())));
    }
    return http.build();
  }

  private static AuthenticationSuccessHandler toStart() {
    return (request, response, user) -> response.sendRedirect(START);
  }

  /** Credentials with every request, and no session. */
  private static void programs(HttpSecurity http, SignIn signIn, Refusals refusals)
      throws Exception {
    http.httpBasic(basic -> basic.authenticationEntryPoint(refusals))
        .oauth2ResourceServer(
            bearer ->
                bearer
                    .authenticationManagerResolver(request -> signIn::authenticate)
                    .authenticationEntryPoint(refusals)
                    .accessDeniedHandler(refusals));
  }

  /** Loopback only, as CheckExposure sees to: everybody may do all that the table names. */
  @Bean
  @ConditionalOnBooleanProperty(name = "hub.security.enabled", havingValue = false)
  SecurityFilterChain openFilterChain(HttpSecurity http, LoginPage page) throws Exception {
    log.warn(
        "OPS-130 hub.security.enabled is false: everybody on this machine may do everything over"
            + " HTTP.");
    protect(http, new Refusals(page));
    return http.authorizeHttpRequests(SecurityConfiguration::everything)
        .anonymous(nobody -> nobody.principal("nobody").authorities(AccessRole.ADMIN.authorities()))
        .build();
  }

  private static SignIn signIn(
      Accounts accounts,
      AccessProperties properties,
      ObjectProvider<JwtDecoder> jwt,
      OpenIdRoles roles,
      InstantSource clock) {
    @Nullable AuthenticationProvider openId =
        jwt.stream()
            .map(found -> OpenIdConfiguration.tokens(found, roles))
            .findFirst()
            .orElse(null);
    return new SignIn(
        new CheckPasswords(accounts),
        new CheckTokens(accounts, clock, openId),
        new LockOut(properties.lockout(), clock));
  }

  /** What holds whoever asks. */
  private static void protect(HttpSecurity http, Refusals refusals) throws Exception {
    http.csrf(BrowserCsrf::configure)
        .headers(Headers::configure)
        .requestCache(cache -> cache.requestCache(new NullRequestCache()))
        .exceptionHandling(
            refused -> refused.authenticationEntryPoint(refusals).accessDeniedHandler(refusals));
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

  private static void everything(
      AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
          requests) {
    requests
        .requestMatchers(request -> EndpointTable.rowFor(request).isPresent())
        .permitAll()
        .dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.FORWARD, DispatcherType.ASYNC)
        .permitAll()
        .anyRequest()
        .denyAll();
  }
}
