/** Ways into the event store, the dead letters, replays, reconciliation and the audit. */
@NullMarked
package io.tallyline.ops.desk;

import org.jspecify.annotations.NullMarked;
