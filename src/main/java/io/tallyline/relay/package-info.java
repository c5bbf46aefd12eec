/** From an outbox to the broker: claimed, translated, confirmed, cleared. */
@NullMarked
package io.tallyline.relay;

import org.jspecify.annotations.NullMarked;
