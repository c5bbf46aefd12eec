package io.tallyline.ops.alerts;

import io.tallyline.contracts.StartRefused;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which addresses a notification may go to. Public ones; and private, shared and loopback ones of
 * the networks that are named. Never link-local ones (cloud metadata), unspecified, multicast or
 * reserved ones, nor any of these inside an IPv6 address.
 */
final class AllowedAddresses {
  private static final Pattern NETWORK = Pattern.compile("([0-9a-fA-F.:]+)/([0-9]{1,3})");

  private static final List<Network> NEVER =
      networks(
          List.of(
              "0.0.0.0/8",
              "169.254.0.0/16",
              "192.0.0.0/24",
              "192.0.2.0/24",
              "192.88.99.0/24",
              "198.51.100.0/24",
              "203.0.113.0/24",
              "224.0.0.0/4",
              "240.0.0.0/4",
              "::/128",
              "fe80::/10",
              "fec0::/10",
              "ff00::/8",
              "100::/64",
              "2001:db8::/32"));

  private static final List<Network> UNLESS_NAMED =
      networks(
          List.of(
              "10.0.0.0/8",
              "100.64.0.0/10",
              "127.0.0.0/8",
              "172.16.0.0/12",
              "192.168.0.0/16",
              "198.18.0.0/15",
              "::1/128",
              "fc00::/7"));

  /**
   * IPv4 inside IPv6: compatible, mapped, translated (NAT64) and 6to4, with the place of its bytes.
   */
  private static final List<Embedded> EMBEDDED =
      List.of(
          new Embedded(network("::/96"), 12),
          new Embedded(network("::ffff:0:0:0/96"), 12),
          new Embedded(network("64:ff9b::/96"), 12),
          new Embedded(network("64:ff9b:1::/48"), 12),
          new Embedded(network("2002::/16"), 2));

  /** Tunnels whose inner address cannot be told. */
  private static final List<Network> TUNNELS = networks(List.of("2001::/32"));

  private final List<Network> named;

  /**
   * @param networks {@code 10.1.0.0/16}, {@code fd00:1::/32}
   */
  AllowedAddresses(List<String> networks) {
    this.named = networks(networks);
  }

  private record Network(byte[] address, int bits) {
    boolean has(InetAddress other) {
      byte[] bytes = other.getAddress();
      if (bytes.length != address.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> bit % 8;
        if ((bytes[bit / 8] & mask) != (address[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  private record Embedded(Network network, int offset) {}

  /** Whether a notification may go there. */
  boolean allows(InetAddress address) {
    if (address instanceof Inet6Address wide) {
      if (TUNNELS.stream().anyMatch(network -> network.has(wide))) {
        return false;
      }
      if (!wide.isLoopbackAddress() && !wide.isAnyLocalAddress()) {
        for (Embedded form : EMBEDDED) {
          if (form.network().has(wide)) {
            return allows(inner(wide, form.offset()));
          }
        }
      }
    }
    return NEVER.stream().noneMatch(network -> network.has(address))
        && (UNLESS_NAMED.stream().noneMatch(network -> network.has(address))
            || named.stream().anyMatch(network -> network.has(address)));
  }

  private static InetAddress inner(Inet6Address wide, int offset) {
    byte[] bytes = java.util.Arrays.copyOfRange(wide.getAddress(), offset, offset + 4);
    try {
      return Inet4Address.getByAddress(bytes);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static List<Network> networks(List<String> texts) {
    List<Network> networks = new ArrayList<>();
    texts.forEach(text -> networks.add(network(text)));
    return List.copyOf(networks);
  }

  private static Network network(String text) {
    var parts = NETWORK.matcher(text.strip());
    if (parts.matches() && (text.contains(":") || parts.group(1).matches("\\d+(\\.\\d+){3}"))) {
      try {
        byte[] address = InetAddress.getByName(parts.group(1)).getAddress();
        int bits = Integer.parseInt(parts.group(2));
        if (bits <= address.length * 8) {
          return new Network(address, bits);
        }
      } catch (UnknownHostException notAnAddress) {
        throw wrong(text, notAnAddress);
      }
    }
    throw wrong(text, null);
  }

  private static StartRefused wrong(String text, @org.jspecify.annotations.Nullable Throwable why) {
    return new StartRefused(
        "OPS-201",
        "hub.alerts.webhook.allowed-networks has '%s'; a network looks like 10.1.0.0/16."
            .formatted(text),
        why);
  }
}
