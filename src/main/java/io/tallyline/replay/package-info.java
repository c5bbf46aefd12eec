/** Sending stored events again to one consumer: bounded, scheduled, and shown before it happens. */
@NullMarked
package io.tallyline.replay;

import org.jspecify.annotations.NullMarked;
