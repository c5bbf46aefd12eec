/** What the hub tells of itself: health, logs and traces. */
@NullMarked
package io.tallyline.ops.observe;

import org.jspecify.annotations.NullMarked;
