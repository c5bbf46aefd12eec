package io.tallyline.ops.desk;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param items at most as many as {@code hub.http.max-page-size}
 * @param next path of the next page; null at the end
 */
public record Page<T>(List<T> items, @Nullable String next) {}
