package io.tallyline.ops.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.contracts.StartRefused;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where notifications must not go, however the address is written. */
class AllowedAddressesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.8.8",
        "2130706433",
        "127.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "2852039166",
        "198.18.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:1234::1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "fd00:ec2::254",
        "ff02::1"
      })
  void refuses_what_is_not_public(String address) throws UnknownHostException {
    assertThat(new AllowedAddresses(List.of()).allows(InetAddress.getByName(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "11.0.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "100.128.0.1",
        "169.253.0.1",
        "2606:4700::1111",
        "64:ff9b::101:101",
        "2002:101:101::1"
      })
  void lets_through_what_is_public(String address) throws UnknownHostException {
    assertThat(new AllowedAddresses(List.of()).allows(InetAddress.getByName(address))).isTrue();
  }

  @Test
  void a_private_network_can_be_named_and_nothing_beside_it() throws UnknownHostException {
    var allowed = new AllowedAddresses(List.of("10.1.0.0/16", "::1/128", "fd00:1::/32"));

    assertThat(allowed.allows(InetAddress.getByName("10.1.2.3"))).isTrue();
    assertThat(allowed.allows(InetAddress.getByName("::ffff:10.1.2.3"))).isTrue();
    assertThat(allowed.allows(InetAddress.getByName("10.2.0.1"))).isFalse();
    assertThat(allowed.allows(InetAddress.getByName("::1"))).isTrue();
    assertThat(allowed.allows(InetAddress.getByName("127.0.0.1"))).isFalse();
    assertThat(allowed.allows(InetAddress.getByName("fd00:1::5"))).isTrue();
    assertThat(allowed.allows(InetAddress.getByName("fd00:2::5"))).isFalse();
  }

  @Test
  void cloud_metadata_cannot_be_named() throws UnknownHostException {
    var allowed = new AllowedAddresses(List.of("169.254.0.0/16", "0.0.0.0/0"));

    assertThat(allowed.allows(InetAddress.getByName("169.254.169.254"))).isFalse();
    assertThat(allowed.allows(InetAddress.getByName("::ffff:169.254.169.254"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10.0.0.0", "10.0.0.0/33", "localhost/8", "10.0.0/8", "::/129", "1/8"})
  void a_network_is_an_address_and_a_length(String text) {
    assertThatThrownBy(() -> new AllowedAddresses(List.of(text)))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("OPS-201");
  }
}
