package io.tallyline.ops;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the way to other servers is secured.
 *
 * @param allowUnverifiedTls accepts TLS to a server on another machine without verifying whose
 *     certificate it shows; then anybody on the way can read and change what travels
 */
@ConfigurationProperties("hub.security")
record TransportProperties(@DefaultValue("false") boolean allowUnverifiedTls) {}
