/** The append-only record of integration messages, and the way by which messages are sent again. */
@NullMarked
package io.tallyline.eventstore;

import org.jspecify.annotations.NullMarked;
