/**
 * What crosses module boundaries: message types, header names, reasons, and the errors that name
 * them.
 */
@NullMarked
package io.tallyline.contracts;

import org.jspecify.annotations.NullMarked;
