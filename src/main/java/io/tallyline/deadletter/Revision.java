package io.tallyline.deadletter;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * An edited copy of a dead letter's body.
 *
 * @param diff array of {@code {pointer, before, after}}, against the body it was edited from
 */
public record Revision(long id, byte[] body, JsonNode diff, String madeBy, Instant madeAt) {}
