/** The desk of dead letters: list, inspect, edit, retry, discard, redirect. */
@NullMarked
package io.tallyline.deadletter;

import org.jspecify.annotations.NullMarked;
