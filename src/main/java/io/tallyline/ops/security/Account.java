package io.tallyline.ops.security;

import java.time.Instant;

/** A line of the users file: somebody who may sign in with a password, or a token. */
public sealed interface Account {
  /** Unique among users and tokens; what logs and audits call them. */
  String name();

  AccessRole role();

  /**
   * Who answers for what is done: of a token that is called {@code <user>/<purpose>} the user, else
   * the account itself. So a person who uses a token is no second person.
   */
  default String person() {
    int purpose = name().indexOf('/');
    return purpose < 0 ? name() : name().substring(0, purpose);
  }

  /**
   * @param hash of the password, {@code {bcrypt}...} or {@code {argon2}...}
   */
  record User(String name, AccessRole role, String hash) implements Account {
    @Override
    public String toString() {
      return "user " + name + " " + role.word();
    }
  }

  /**
   * @param sha256 of the token, in hexadecimal
   * @param expires when it stops working
   */
  record Token(String name, AccessRole role, String sha256, Instant expires) implements Account {
    public boolean isExpired(Instant now) {
      return !now.isBefore(expires);
    }

    @Override
    public String toString() {
      return "token " + name + " " + role.word();
    }
  }
}
