package io.tallyline.ops.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.tallyline.ops.security.SecuredHub.Browser;
import io.tallyline.testing.TestHub;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Users of an OpenID provider, in browsers and with tokens, against a real small provider. */
class OpenIdIT {
  private static final String AUDIENCE = "tallyline-api";
  private static final OpenIdProvider PROVIDER = new OpenIdProvider();
  private static TestHub hub;

  @BeforeAll
  static void start() {
    String client = "spring.security.oauth2.client.";
    String jwt = "spring.security.oauth2.resourceserver.jwt.";
    hub =
        SecuredHub.settings()
            .with(client + "registration.company.client-id", OpenIdProvider.CLIENT)
            .with(client + "registration.company.client-secret", OpenIdProvider.SECRET)
            .with(client + "registration.company.client-name", "Company <&> Sons")
            .with(client + "registration.company.scope", "openid")
            .with(client + "provider.company.issuer-uri", PROVIDER.issuer())
            .with(jwt + "issuer-uri", PROVIDER.issuer())
            .with(jwt + "audiences", AUDIENCE)
            .with("hub.security.oidc.roles-claim", "realm_access.roles")
            .with("hub.security.oidc.roles.erp-readers", "viewer")
            .with("hub.security.oidc.roles.[ERP/Admins]", "admin")
            .with("hub.security.lockout.address-failures", "1000")
            .start();
  }

  @AfterAll
  static void stop() {
    hub.close();
    PROVIDER.close();
  }

  private static Map<String, Object> person(String id, String... roles) {
    return Map.of("sub", id, "realm_access", Map.of("roles", List.of(roles)));
  }

  private static String location(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
    return answer.headers().firstValue("Location").orElseThrow();
  }

  /** Goes to the provider and comes back, as a browser does. */
  private static HttpResponse<String> signIn(Browser browser) {
    String toProvider = location(browser.open("/oauth2/authorization/company"));
    assertThat(toProvider).startsWith(PROVIDER.issuer()).contains("code_challenge_method=S256");
    return browser.open(location(browser.open(toProvider)));
  }

  @Test
  void a_browser_signs_in_at_the_provider_and_has_the_role_that_its_claims_give() {
    PROVIDER.person(person("7", "erp-readers", "something-else"));
    Browser browser = new Browser(hub);
    assertThat(browser.open("/login").body())
        .contains("href=\"/oauth2/authorization/company\"")
        .contains("Sign in with Company &lt;&amp;&gt; Sons");

    HttpResponse<String> arrived = signIn(browser);

    assertThat(arrived.statusCode()).isEqualTo(200);
    assertThat(arrived.body()).contains("url=/\"");
    assertThat(browser.open("/actuator/info").statusCode()).isEqualTo(200);
    assertThat(browser.open("/actuator/sbom").statusCode()).as("no admin").isEqualTo(403);
  }

  @Test
  void somebody_without_a_mapped_role_may_nothing() {
    PROVIDER.person(person("8", "admin", "ROLE_ADMIN"));
    Browser browser = new Browser(hub);

    assertThat(signIn(browser).statusCode()).isEqualTo(200);

    assertThat(browser.open("/actuator/info").statusCode()).isEqualTo(403);
  }

  @Test
  void a_token_that_was_not_made_for_this_sign_in_is_refused() {
    PROVIDER.person(person("9", "ERP/Admins"));
    PROVIDER.forgetNonce();
    Browser browser = new Browser(hub);

    HttpResponse<String> answer = signIn(browser);

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).contains(LoginPage.NOT_BY_PROVIDER);
    assertThat(browser.cookie("HUB_SESSION")).isEmpty();
  }

  @Test
  void nobody_is_signed_in_by_the_link_of_somebody_else() {
    PROVIDER.person(person("10", "ERP/Admins"));
    Browser attacker = new Browser(hub);
    String back = location(attacker.open(location(attacker.open("/oauth2/authorization/company"))));
    Browser victim = new Browser(hub);

    assertThat(victim.open(back).statusCode()).isEqualTo(401);
    assertThat(victim.cookie("HUB_SESSION")).isEmpty();
    assertThat(attacker.open(back).statusCode()).as("the same, where it began").isEqualTo(200);
    assertThat(attacker.open(back).statusCode()).as("only once").isEqualTo(401);
  }

  private static int status(String token, String path) {
    return SecuredHub.send(
            HttpRequest.newBuilder(hub.uri(path)).header("Authorization", "Bearer " + token))
        .statusCode();
  }

  private static JWTClaimsSet.Builder good() {
    return PROVIDER
        .claims(AUDIENCE)
        .subject("42")
        .claim("realm_access", Map.of("roles", List.of("ERP/Admins")));
  }

  @Test
  void a_token_of_the_provider_opens_what_its_role_may() {
    assertThat(status(PROVIDER.sign(good().build()), "/actuator/sbom")).isEqualTo(200);

    String reader =
        PROVIDER.sign(
            PROVIDER
                .claims(AUDIENCE)
                .subject("43")
                .claim("realm_access", Map.of("roles", List.of("erp-readers")))
                .build());
    assertThat(status(reader, "/actuator/info")).isEqualTo(200);
    assertThat(status(reader, "/actuator/sbom")).isEqualTo(403);
  }

  @TestFactory
  Stream<DynamicTest> a_token_with_one_thing_wrong_is_refused() throws JOSEException {
    Instant past = Instant.now().minus(Duration.ofHours(1));
    SignedJWT symmetric = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), good().build());
    symmetric.sign(new MACSigner(PROVIDER.publicKey()));
    Map<String, String> wrong = new LinkedHashMap<>();
    wrong.put("another key", OpenIdProvider.sign(good().build(), OpenIdProvider.rsaKey()));
    wrong.put("another issuer", PROVIDER.sign(good().issuer("http://127.0.0.1:1").build()));
    wrong.put("another audience", PROVIDER.sign(good().audience("shop").build()));
    wrong.put(
        "the browser's audience", PROVIDER.sign(good().audience(OpenIdProvider.CLIENT).build()));
    wrong.put("no audience", PROVIDER.sign(good().audience((String) null).build()));
    wrong.put("expired", PROVIDER.sign(good().expirationTime(Date.from(past)).build()));
    wrong.put(
        "not yet",
        PROVIDER.sign(good().notBeforeTime(Date.from(Instant.now().plusSeconds(3_600))).build()));
    wrong.put("no name", PROVIDER.sign(good().subject(null).build()));
    wrong.put("no signature", new PlainJWT(good().build()).serialize());
    wrong.put("signed with the public key as a secret", symmetric.serialize());
    wrong.put("no token at all", "abc");

    return wrong.entrySet().stream()
        .map(
            each ->
                dynamicTest(
                    each.getKey(),
                    () -> assertThat(status(each.getValue(), "/actuator/info")).isEqualTo(401)));
  }
}
