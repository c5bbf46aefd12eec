/** What an operator must be told: conditions over the hub's meters, and who is told of them. */
@NullMarked
package io.tallyline.ops.alerts;

import org.jspecify.annotations.NullMarked;
