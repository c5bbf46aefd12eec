package io.tallyline.ops.security;

import org.springframework.security.core.AuthenticatedPrincipal;

/**
 * A user or token of the users file, signed in.
 *
 * @param account the line of the file as it was then
 */
record SignedIn(Account account) implements AuthenticatedPrincipal {
  @Override
  public String getName() {
    return account.person();
  }

  @Override
  public String toString() {
    return account.name();
  }
}
