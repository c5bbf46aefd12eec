/** The console: Hawtio, what Jolokia may read and run, and the hub's own MBeans. */
@NullMarked
package io.tallyline.ops.console;

import org.jspecify.annotations.NullMarked;
