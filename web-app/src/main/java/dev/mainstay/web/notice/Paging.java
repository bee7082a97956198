package dev.mainstay.web.notice;

import dev.mainstay.web.problem.Refusal;

/**
 * Which part of a list is asked for: the {@code number}-th page, counted from 0, of {@code size}
 * entries each.
 *
 * <p>A page costs its place in the list, for the entries before it are counted off. So a list can
 * be leafed through to a {@linkplain #DEPTH fixed depth} only, and no longer list is counted: what
 * lies deeper is found by searching.
 */
record Paging(int number, int size) {

  /** This many entries from the newest on can be reached, and are counted. */
  static final int DEPTH = 100_000;

  private static final int MAX_SIZE = 100;

  Paging {
    if (size < 1 || size > MAX_SIZE) {
      throw Refusal.badValue("size", "size is %d (expected: 1-%d)".formatted(size, MAX_SIZE));
    }
    int last = (DEPTH - 1) / size;
    if (number < 0 || number > last) {
      throw Refusal.badValue(
          "page",
          "page is %d (expected: 0-%d, counted from 0; with %d entries each)"
              .formatted(number, last, size));
    }
  }

  int offset() {
    return number * size;
  }
}
