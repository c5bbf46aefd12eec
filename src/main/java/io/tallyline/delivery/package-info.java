/** How messages travel: topology, confirmed publishing, batch consuming, dead letters. */
@NullMarked
package io.tallyline.delivery;

import org.jspecify.annotations.NullMarked;
