package dev.mainstay.db;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A set of MySQL transactions: for each origin, which is a server's uuid with an optional tag, the
 * intervals of numbers.
 *
 * <pre>
 * 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7                one uuid
 * 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:billing:1-3      and 1-3 with the tag "billing" (MySQL 8.3 and newer)
 * </pre>
 *
 * <p>{@link #parse} takes what the server prints: white space and line breaks after commas, upper
 * case, intervals in any order and overlapping. {@link #toString} is the server's own form but for
 * the line breaks: sorted, merged, lower case.
 *
 * @param intervals sorted by origin; of each at least one interval, ascending, with gaps between
 *     them
 */
public record MysqlGtidSet(NavigableMap<Origin, List<Interval>> intervals) implements GtidSet {
  public static final MysqlGtidSet EMPTY = new MysqlGtidSet(new TreeMap<>());

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,19}");

  /** Who numbered the transactions: a server's uuid, and a tag or "". */
  public record Origin(String uuid, String tag) implements Comparable<Origin> {
    private static final Pattern UUID =
        Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern TAG = Pattern.compile("([a-z_][a-z0-9_]{0,31})?");
    private static final Comparator<Origin> ORDER =
        Comparator.comparing(Origin::uuid).thenComparing(Origin::tag);

    public Origin {
      if (!UUID.matcher(uuid).matches()) {
        throw new IllegalArgumentException(
            "uuid of a GTID is '%s' (expected: 8-4-4-4-12 lower-case hex digits)".formatted(uuid));
      }
      if (!TAG.matcher(tag).matches()) {
        throw new IllegalArgumentException(
            "tag of a GTID is '%s' (expected: up to 32 of a-z, 0-9 and _, no digit first)"
                .formatted(tag));
      }
    }

    @Override
    public int compareTo(Origin other) {
      return ORDER.compare(this, other);
    }
  }

  /** Numbers from {@code first} to {@code last}, both included. */
  public record Interval(long first, long last) {
    public Interval {
      if (first < 1 || last < first || last == Long.MAX_VALUE) {
        throw new IllegalArgumentException(
            "GTID interval is %d-%d (expected: 1 <= first <= last < 2^63-1)"
                .formatted(first, last));
      }
    }

    @Override
    public String toString() {
      return first == last ? Long.toString(first) : first + "-" + last;
    }
  }

  public MysqlGtidSet {
    NavigableMap<Origin, List<Interval>> canonical = new TreeMap<>();
    intervals.forEach(
        (origin, list) -> {
          if (!list.isEmpty()) {
            canonical.put(origin, merged(list));
          }
        });
    intervals = Collections.unmodifiableNavigableMap(canonical);
  }

  /** Reads the server's notation; the empty text is the empty set. */
  public static MysqlGtidSet parse(String text) {
    Map<Origin, List<Interval>> found = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      String entry = part.strip();
      if (entry.isEmpty()) {
        continue;
      }
      String[] fields = entry.toLowerCase(Locale.ROOT).split(":", -1);
      String uuid = fields[0].strip();
      String tag = "";
      boolean numbered = false;
      for (int i = 1; i < fields.length; i++) {
        String field = fields[i].strip();
        if (!field.isEmpty() && !Character.isDigit(field.charAt(0))) {
          tag = field;
          numbered = false;
        } else {
          found
              .computeIfAbsent(new Origin(uuid, tag), o -> new ArrayList<>())
              .add(interval(field, entry));
          numbered = true;
        }
      }
      if (!numbered) {
        throw malformed(entry);
      }
    }
    return new MysqlGtidSet(new TreeMap<>(found));
  }

  private static Interval interval(String field, String entry) {
    int dash = field.indexOf('-');
    String first = dash < 0 ? field : field.substring(0, dash).strip();
    String last = dash < 0 ? field : field.substring(dash + 1).strip();
    if (!NUMBER.matcher(first).matches() || !NUMBER.matcher(last).matches()) {
      throw malformed(entry);
    }
    try {
      return new Interval(Long.parseLong(first), Long.parseLong(last));
    } catch (NumberFormatException e) {
      throw malformed(entry);
    }
  }

  private static IllegalArgumentException malformed(String entry) {
    return new IllegalArgumentException(
        "GTID set is '%s' (expected: uuid[:tag]:first[-last]...)".formatted(entry));
  }

  @Override
  public Engine engine() {
    return Engine.MYSQL;
  }

  @Override
  public boolean contains(GtidSet other) {
    return same(other).minus(this).isEmpty();
  }

  @Override
  public MysqlGtidSet minus(GtidSet other) {
    MysqlGtidSet without = same(other);
    NavigableMap<Origin, List<Interval>> rest = new TreeMap<>();
    intervals.forEach(
        (origin, list) ->
            rest.put(origin, subtract(list, without.intervals.getOrDefault(origin, List.of()))));
    return new MysqlGtidSet(rest);
  }

  @Override
  public MysqlGtidSet union(GtidSet other) {
    NavigableMap<Origin, List<Interval>> all = new TreeMap<>(intervals);
    same(other)
        .intervals
        .forEach(
            (origin, list) ->
                all.merge(
                    origin,
                    list,
                    (mine, theirs) -> {
                      List<Interval> both = new ArrayList<>(mine);
                      both.addAll(theirs);
                      return both;
                    }));
    return new MysqlGtidSet(all);
  }

  /** This set without the transactions, tagged or not, that the server of this uuid originated. */
  public MysqlGtidSet withoutOrigin(String uuid) {
    NavigableMap<Origin, List<Interval>> rest = new TreeMap<>(intervals);
    rest.keySet().removeIf(origin -> origin.uuid().equals(uuid));
    return new MysqlGtidSet(rest);
  }

  @Override
  public MysqlGtidSet latest() {
    NavigableMap<Origin, List<Interval>> last = new TreeMap<>();
    intervals.forEach(
        (origin, list) -> {
          long number = list.getLast().last();
          last.put(origin, List.of(new Interval(number, number)));
        });
    return new MysqlGtidSet(last);
  }

  @Override
  public boolean isEmpty() {
    return intervals.isEmpty();
  }

  /** {@code uuid:1-5:7:tag:1-3,uuid2:1}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    String uuid = "";
    for (Map.Entry<Origin, List<Interval>> entry : intervals.entrySet()) {
      Origin origin = entry.getKey();
      if (!origin.uuid().equals(uuid)) {
        uuid = origin.uuid();
        text.append(text.isEmpty() ? "" : ",").append(uuid);
      }
      if (!origin.tag().isEmpty()) {
        text.append(':').append(origin.tag());
      }
      for (Interval interval : entry.getValue()) {
        text.append(':').append(interval);
      }
    }
    return text.toString();
  }

  private static MysqlGtidSet same(GtidSet other) {
    return switch (other) {
      case MysqlGtidSet mysql -> mysql;
      case MariadbGtidSet mariadb ->
          throw new IllegalArgumentException(
              "GTID set is %s of MariaDB (expected: one of MySQL)".formatted(mariadb));
    };
  }

  /** Ascending, and those that touch or overlap made one. */
  private static List<Interval> merged(List<Interval> list) {
    List<Interval> sorted = new ArrayList<>(list);
    sorted.sort(Comparator.comparingLong(Interval::first));
    List<Interval> result = new ArrayList<>();
    Interval current = sorted.getFirst();
    for (Interval next : sorted.subList(1, sorted.size())) {
      if (next.first() <= current.last() + 1) {
        current = new Interval(current.first(), Math.max(current.last(), next.last()));
      } else {
        result.add(current);
        current = next;
      }
    }
    result.add(current);
    return List.copyOf(result);
  }

  /** Both canonical; one pass over each. */
  private static List<Interval> subtract(List<Interval> from, List<Interval> without) {
    List<Interval> rest = new ArrayList<>();
    int w = 0;
    for (Interval interval : from) {
      long first = interval.first();
      while (w < without.size() && without.get(w).last() < first) {
        w++;
      }
      int cut = w;
      while (first <= interval.last()
          && cut < without.size()
          && without.get(cut).first() <= interval.last()) {
        if (without.get(cut).first() > first) {
          rest.add(new Interval(first, without.get(cut).first() - 1));
        }
        first = without.get(cut).last() + 1;
        cut++;
      }
      if (first <= interval.last()) {
        rest.add(new Interval(first, interval.last()));
      }
    }
    return rest;
  }
}
