package dev.mainstay.stack.drill.check;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A set of instants: spans of time, in order, which do not touch. */
record Spans(List<Span> all) {

  static final Spans NONE = new Spans(List.of());

  /** From {@code from} on and before {@code to}. */
  record Span(Instant from, Instant to) {

    Span {
      if (!from.isBefore(to)) {
        throw new IllegalArgumentException(
            "the span ends at %s (expected: after %s)".formatted(to, from));
      }
    }
  }

  Spans {
    all = List.copyOf(all);
  }

  /** The instants that are in any of these. */
  static Spans union(List<Span> spans) {
    List<Span> sorted = spans.stream().sorted(Comparator.comparing(Span::from)).toList();
    List<Span> joined = new ArrayList<>();
    for (Span span : sorted) {
      Span last = joined.isEmpty() ? null : joined.getLast();
      if (last == null || last.to().isBefore(span.from())) {
        joined.add(span);
      } else if (span.to().isAfter(last.to())) {
        joined.set(joined.size() - 1, new Span(last.from(), span.to()));
      }
    }
    return new Spans(joined);
  }

  Spans or(Spans other) {
    List<Span> both = new ArrayList<>(all);
    both.addAll(other.all);
    return union(both);
  }

  Spans and(Spans other) {
    List<Span> common = new ArrayList<>();
    for (Span one : all) {
      for (Span two : other.all) {
        Instant from = one.from().isAfter(two.from()) ? one.from() : two.from();
        Instant to = one.to().isBefore(two.to()) ? one.to() : two.to();
        if (from.isBefore(to)) {
          common.add(new Span(from, to));
        }
      }
    }
    return union(common);
  }

  Optional<Span> first() {
    return all.stream().findFirst();
  }
}
