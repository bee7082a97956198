package dev.mainstay.web.notice;

import java.util.List;
import java.util.function.Function;

/**
 * One page of a list, and where it stands in the whole. In JSON it has the shape of Spring Data's
 * {@code PagedModel}.
 */
record Paged<T>(List<T> content, Page page) {

  /**
   * Where a page stands.
   *
   * @param number counted from 0
   * @param totalElements at most {@link Paging#DEPTH}, however many there are
   */
  record Page(int number, int size, int totalElements, int totalPages) {

    boolean hasPrevious() {
      return number > 0;
    }

    boolean hasNext() {
      return number + 1 < totalPages;
    }
  }

  static <T> Paged<T> of(List<T> content, Paging paging, int total) {
    int pages = (total + paging.size() - 1) / paging.size();
    return new Paged<>(content, new Page(paging.number(), paging.size(), total, pages));
  }

  <R> Paged<R> map(Function<T, R> mapping) {
    return new Paged<>(content.stream().map(mapping).toList(), page);
  }
}
