/** The process and its commands: settings, databases, start, stop, command line. */
@NullMarked
package io.tallyline.ops;

import org.jspecify.annotations.NullMarked;
