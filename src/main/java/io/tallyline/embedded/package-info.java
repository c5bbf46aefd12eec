/**
 * A real PostgreSQL and an AMQP broker for a machine that has neither; the only place that knows
 * how they differ.
 */
@NullMarked
package io.tallyline.embedded;

import org.jspecify.annotations.NullMarked;
