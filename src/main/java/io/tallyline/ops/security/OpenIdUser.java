package io.tallyline.ops.security;

import java.util.Collection;
import java.util.Map;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.OidcUserInfo;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/**
 * Somebody whom a provider vouched for; the same person in every session.
 *
 * @param name as logs and audits show it
 * @param authorities of the role that the claims gave
 * @param source what the provider said
 */
record OpenIdUser(String name, Collection<? extends GrantedAuthority> authorities, OidcUser source)
    implements OidcUser {
  @Override
  public String getName() {
    return name;
  }

  @Override
  public Collection<? extends GrantedAuthority> getAuthorities() {
    return authorities;
  }

  @Override
  public Map<String, Object> getAttributes() {
    return source.getAttributes();
  }

  @Override
  public Map<String, Object> getClaims() {
    return source.getClaims();
  }

  @Override
  public OidcUserInfo getUserInfo() {
    return source.getUserInfo();
  }

  @Override
  public OidcIdToken getIdToken() {
    return source.getIdToken();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OpenIdUser user && user.name.equals(name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
