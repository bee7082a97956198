package dev.mainstay.gateway.upstream;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long requests took, counted in buckets that grow with the time: each is at most a sixteenth
 * wider than where it begins, from a microsecond to {@value #LONGEST_MICROS} µs; what takes longer
 * counts as that long. Counting takes no lock.
 */
public final class Latencies {

  /** Sixteen buckets a doubling. */
  private static final int FINE = 4;

  private static final int EXACT = 2 << FINE;
  private static final int DOUBLINGS = 30;
  static final long LONGEST_MICROS = (1L << DOUBLINGS) - 1;
  private static final int BUCKETS = bucket(LONGEST_MICROS) + 1;

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

  void took(long nanos) {
    counts.getAndIncrement(bucket(Math.clamp(nanos / 1_000, 0, LONGEST_MICROS)));
  }

  /** What was counted so far. */
  public Reading reading() {
    long[] read = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      read[i] = counts.get(i);
    }
    return new Reading(read);
  }

  /** The counts of one moment, or what came between two. */
  public static final class Reading {

    private final long[] counts;

    private Reading(long[] counts) {
      this.counts = counts;
    }

    /** Of whom nothing was counted. */
    public static Reading empty() {
      return new Reading(new long[BUCKETS]);
    }

    public Reading minus(Reading before) {
      return combined(before, -1);
    }

    public Reading plus(Reading other) {
      return combined(other, 1);
    }

    private Reading combined(Reading other, int sign) {
      long[] all = counts.clone();
      for (int i = 0; i < BUCKETS; i++) {
        all[i] += sign * other.counts[i];
      }
      return new Reading(all);
    }

    /**
     * The time within which this share of the requests was over, in microseconds, a sixteenth too
     * long at most; empty if there were none.
     *
     * @param share above 0, up to 1
     */
    public OptionalLong micros(double share) {
      long all = 0;
      for (long count : counts) {
        all += count;
      }
      long rank = Math.max(1, (long) Math.ceil(share * all));
      long seen = 0;
      for (int i = 0; i < BUCKETS; i++) {
        seen += counts[i];
        if (all > 0 && seen >= rank) {
          return OptionalLong.of(end(i));
        }
      }
      return OptionalLong.empty();
    }
  }

  private static int bucket(long micros) {
    if (micros < EXACT) {
      return (int) micros;
    }
    int shift = 63 - Long.numberOfLeadingZeros(micros) - FINE;
    return (shift << FINE) + (int) (micros >>> shift);
  }

  /** The last microsecond of a bucket. */
  private static long end(int bucket) {
    if (bucket < EXACT) {
      return bucket;
    }
    int shift = (bucket >>> FINE) - 1;
    long first = bucket - ((long) shift << FINE);
    return ((first + 1) << shift) - 1;
  }
}
