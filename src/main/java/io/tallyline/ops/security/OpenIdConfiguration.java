package io.tallyline.ops.security;

import io.tallyline.contracts.StartRefused;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.security.oauth2.client.ConditionalOnOAuth2ClientRegistrationProperties;
import org.springframework.boot.autoconfigure.security.oauth2.client.OAuth2ClientProperties;
import org.springframework.boot.autoconfigure.security.oauth2.client.OAuth2ClientPropertiesMapper;
import org.springframework.boot.autoconfigure.security.oauth2.resource.OAuth2ResourceServerProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserRequest;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.SupplierClientRegistrationRepository;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserService;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;

/** OpenID Connect by configuration: browsers that sign in there, and tokens from there. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({OAuth2ClientProperties.class, OAuth2ResourceServerProperties.class})
class OpenIdConfiguration {
  private static final Logger log = LoggerFactory.getLogger(OpenIdConfiguration.class);
  private static final String BEGIN = "/oauth2/authorization";

  /** Leads on without a redirect, after which a browser would still hold back its strict cookie. */
  private static final byte[] ARRIVED =
      """
      <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tallyline</title>
      <meta http-equiv="refresh" content="0;url=/"></head>
      <body><p>Signed in. <a href="/">Go on</a></p></body></html>
      """
          .getBytes(StandardCharsets.UTF_8);

  OpenIdConfiguration(OAuth2ResourceServerProperties properties) {
    OAuth2ResourceServerProperties.Jwt jwt = properties.getJwt();
    boolean any =
        jwt.getIssuerUri() != null
            || jwt.getJwkSetUri() != null
            || jwt.getPublicKeyLocation() != null;
    if (any && (jwt.getIssuerUri() == null || jwt.getAudiences().isEmpty())) {
      throw new StartRefused(
          "OPS-125",
          "spring.security.oauth2.resourceserver.jwt needs both issuer-uri and audiences: without"
              + " them, tokens that were made for other programs would open this one.");
    }
  }

  @Bean
  OpenIdRoles openIdRoles(AccessProperties properties) {
    return new OpenIdRoles(properties.oidc());
  }

  /** Asks the provider when somebody signs in, so that the hub starts without it. */
  @Bean
  @ConditionalOnOAuth2ClientRegistrationProperties
  ClientRegistrationRepository clientRegistrationRepository(OAuth2ClientProperties properties) {
    return new SupplierClientRegistrationRepository(
        () ->
            new InMemoryClientRegistrationRepository(
                List.copyOf(
                    new OAuth2ClientPropertiesMapper(properties)
                        .asClientRegistrations()
                        .values())));
  }

  /** Where each provider's sign-in begins, and how to call it. */
  static Map<String, String> links(OAuth2ClientProperties properties) {
    Map<String, String> links = new LinkedHashMap<>();
    properties
        .getRegistration()
        .forEach(
            (id, client) ->
                links.put(
                    BEGIN + "/" + id, Optional.ofNullable(client.getClientName()).orElse(id)));
    return links;
  }

  /** Checks a provider's tokens: signature, issuer, audience, time. */
  static AuthenticationProvider tokens(JwtDecoder decoder, OpenIdRoles roles) {
    JwtAuthenticationProvider provider = new JwtAuthenticationProvider(decoder);
    provider.setJwtAuthenticationConverter(
        jwt ->
            new JwtAuthenticationToken(
                jwt,
                roles.authorities(jwt.getClaims()),
                roles
                    .name(jwt.getClaims())
                    .orElseThrow(() -> new InvalidBearerTokenException("the token has no name"))));
    return provider;
  }

  static OAuth2LoginConfigurer<HttpSecurity> signIn(
      OAuth2LoginConfigurer<HttpSecurity> login,
      ClientRegistrationRepository clients,
      OpenIdRoles roles,
      LoginPage page,
      InstantSource clock) {
    return login
        .clientRegistrationRepository(clients)
        .loginPage("/login")
        .authorizedClientRepository(new NoTokensKept())
        .authorizationEndpoint(
            begin ->
                begin
                    .authorizationRequestResolver(withPkce(clients))
                    .authorizationRequestRepository(new PendingSignIns(clock)))
        .userInfoEndpoint(info -> info.oidcUserService(users(roles)))
        .failureHandler((request, response, why) -> refused(page, request, response, why));
  }

  private static OAuth2AuthorizationRequestResolver withPkce(ClientRegistrationRepository clients) {
    var resolver = new DefaultOAuth2AuthorizationRequestResolver(clients, BEGIN);
    resolver.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
    return resolver;
  }

  private static OAuth2UserService<OidcUserRequest, OidcUser> users(OpenIdRoles roles) {
    OidcUserService source = new OidcUserService();
    return request -> {
      OidcUser user = source.loadUser(request);
      String name =
          roles
              .name(user.getClaims())
              .orElseThrow(() -> new OAuth2AuthenticationException("no_name"));
      return new OpenIdUser(name, roles.authorities(user.getClaims()), user);
    };
  }

  /** Answers a browser that has just come back and is signed in. */
  static AuthenticationSuccessHandler arrived() {
    return (request, response, user) -> {
      response.setContentType("text/html;charset=UTF-8");
      response.getOutputStream().write(ARRIVED);
    };
  }

  private static void refused(
      LoginPage page,
      HttpServletRequest request,
      HttpServletResponse response,
      AuthenticationException why)
      throws IOException {
    String code =
        why instanceof OAuth2AuthenticationException failure
            ? failure.getError().getErrorCode()
            : why.getClass().getSimpleName();
    log.warn(
        "OPS-126 a sign-in by the OpenID provider from {} failed: {}.",
        OneLine.of(request.getRemoteAddr()),
        OneLine.of(code));
    page.refuse(request, response, HttpServletResponse.SC_UNAUTHORIZED, LoginPage.NOT_BY_PROVIDER);
  }

  /** The hub asks the provider nothing more once somebody is in, so it keeps no token. */
  private static final class NoTokensKept implements OAuth2AuthorizedClientRepository {
    @Override
    public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(
        String registration, Authentication user, HttpServletRequest request) {
      return null;
    }

    @Override
    public void saveAuthorizedClient(
        OAuth2AuthorizedClient client,
        Authentication user,
        HttpServletRequest request,
        HttpServletResponse response) {}

    @Override
    public void removeAuthorizedClient(
        String registration,
        Authentication user,
        HttpServletRequest request,
        HttpServletResponse response) {}
  }
}
