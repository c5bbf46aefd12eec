package io.tallyline.ops.alerts;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves a host once for each connection and hands on only an address that was looked at: what
 * was checked is what is connected to, whatever the name server says a moment later.
 */
final class PinnedResolver implements DnsResolver {
  private final DnsResolver names;
  private final AllowedAddresses allowed;

  /** The host has an address that a notification must not go to. */
  static final class AddressRefused extends UnknownHostException {
    AddressRefused(String host, InetAddress address) {
      super(host + " is " + address.getHostAddress());
    }
  }

  PinnedResolver(DnsResolver names, AllowedAddresses allowed) {
    this.names = names;
    this.allowed = allowed;
  }

  /** One address; none at all if any of the host's is not allowed. */
  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    InetAddress[] addresses = names.resolve(host);
    if (addresses == null || addresses.length == 0) {
      throw new UnknownHostException(host);
    }
    for (InetAddress address : addresses) {
      if (!allowed.allows(address)) {
        throw new AddressRefused(host, address);
      }
    }
    return new InetAddress[] {addresses[0]};
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }
}
