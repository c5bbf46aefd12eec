/** From the broker to the ledger: one balanced journal for each transaction. */
@NullMarked
package io.tallyline.finance;

import org.jspecify.annotations.NullMarked;
