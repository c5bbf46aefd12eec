/** What integration engineers work with: checks, previews, scaffolds, live editing. */
@NullMarked
package io.tallyline.workbench;

import org.jspecify.annotations.NullMarked;
