/**
 * The bench: measures the hub beside a hand-written pipeline, what teams write with Camel, and
 * public outbox libraries, on servers of its own. {@code ./hub bench} runs it.
 */
@NullMarked
package io.tallyline.bench;

import org.jspecify.annotations.NullMarked;
