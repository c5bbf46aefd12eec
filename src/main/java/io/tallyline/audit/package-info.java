/** Who did what, when and why, in a chain that shows every later change. */
@NullMarked
package io.tallyline.audit;

import org.jspecify.annotations.NullMarked;
