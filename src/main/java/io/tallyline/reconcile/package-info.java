/**
 * The events that were stored against the journals that were posted: proof that the books agree.
 */
@NullMarked
package io.tallyline.reconcile;

import org.jspecify.annotations.NullMarked;
