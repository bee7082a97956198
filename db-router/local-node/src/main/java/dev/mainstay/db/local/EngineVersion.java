package dev.mainstay.db.local;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** The version of a database server, as in {@code 9.7.4}. */
public record EngineVersion(int major, int minor, int patch) implements Comparable<EngineVersion> {

  /** The oldest MySQL that replicates with the statements and privileges that Mainstay uses. */
  public static final EngineVersion OLDEST_MYSQL = new EngineVersion(8, 4, 0);

  private static final Pattern NUMBERS =
      Pattern.compile("(\\d{1,5})\\.(\\d{1,5})(?:\\.(\\d{1,5}))?");

  private static final Comparator<EngineVersion> ORDER =
      Comparator.comparingInt(EngineVersion::major)
          .thenComparingInt(EngineVersion::minor)
          .thenComparingInt(EngineVersion::patch);

  public EngineVersion {
    if (major < 0 || minor < 0 || patch < 0) {
      throw new IllegalArgumentException(
          "version is %d.%d.%d (expected: no negative number)".formatted(major, minor, patch));
    }
  }

  /** The first version number in a text: {@code 11.4.5} in {@code 11.4.5-MariaDB-log}. */
  public static Optional<EngineVersion> in(String text) {
    var numbers = NUMBERS.matcher(text);
    if (!numbers.find()) {
      return Optional.empty();
    }
    String patch = numbers.group(3);
    return Optional.of(
        new EngineVersion(
            Integer.parseInt(numbers.group(1)),
            Integer.parseInt(numbers.group(2)),
            patch == null ? 0 : Integer.parseInt(patch)));
  }

  public boolean isAtLeast(EngineVersion other) {
    return compareTo(other) >= 0;
  }

  @Override
  public int compareTo(EngineVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
