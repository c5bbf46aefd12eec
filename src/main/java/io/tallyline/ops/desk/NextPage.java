package io.tallyline.ops.desk;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import org.springframework.web.util.UriComponents;

/** Makes a page of a list, with the path of the one after it: the request's own, further on. */
final class NextPage {
  private NextPage() {}

  /**
   * @param size how many were asked for; fewer means that this is the last page
   * @param cursor where the page after the last one begins
   */
  static <S, T> Page<T> of(List<S> found, int size, ToLongFunction<S> cursor, Function<S, T> show) {
    List<T> items = found.stream().map(show).toList();
    return new Page<>(
        items, found.size() < size ? null : path(cursor.applyAsLong(found.get(found.size() - 1))));
  }

  private static String path(long cursor) {
    UriComponents next =
        ServletUriComponentsBuilder.fromCurrentRequest()
            .replaceQueryParam("cursor", cursor)
            .build();
    return next.getPath() + "?" + next.getQuery();
  }
}
