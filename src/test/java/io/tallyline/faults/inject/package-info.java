/** What happens inside a hub process of the fault suite: named points, mutations, tallies. */
@NullMarked
package io.tallyline.faults.inject;

import org.jspecify.annotations.NullMarked;
