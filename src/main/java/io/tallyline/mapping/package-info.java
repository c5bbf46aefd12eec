/** Schema checks and JSLT mappings with exact decimals, read from the folder mappings/. */
@NullMarked
package io.tallyline.mapping;

import org.jspecify.annotations.NullMarked;
