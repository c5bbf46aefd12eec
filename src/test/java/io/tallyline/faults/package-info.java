/**
 * The fault suite: a hub is hurt in every way a machine can, and an independent checker with a
 * model of its own says whether the ledger is still exactly what the inventory recorded.
 */
@NullMarked
package io.tallyline.faults;

import org.jspecify.annotations.NullMarked;
