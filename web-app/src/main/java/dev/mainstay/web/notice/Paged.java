package dev.mainstay.web.notice;

import java.util.List;
import java.util.function.IntSupplier;

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
  record Page(int number, int size, int totalElements, int totalPages) {}

  /**
   * The page with this content.
   *
   * @param count counts the whole list; not asked where the page itself tells, being the last
   */
  static <T> Paged<T> of(List<T> content, Paging paging, IntSupplier count) {
    boolean last = content.size() < paging.size() && (!content.isEmpty() || paging.number() == 0);
    int total = last ? paging.offset() + content.size() : count.getAsInt();
    int pages = (total + paging.size() - 1) / paging.size();
    return new Paged<>(content, new Page(paging.number(), paging.size(), total, pages));
  }
}
