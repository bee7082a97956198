package dev.mainstay.db;

import java.util.Optional;

/**
 * A place in one server's binary log, between two transactions.
 *
 * @param file the log file's name, without a path
 * @param offset bytes from its beginning
 */
public record LogPosition(String file, long offset) {
  // A log begins with four magic bytes; the protocol has four bytes for the offset.
  private static final long FIRST = 4;
  private static final long LAST = 0xFFFF_FFFFL;

  public LogPosition {
    if (file.isBlank()) {
      throw new IllegalArgumentException("file is blank (expected: a binary log's name)");
    }
    if (offset < FIRST || offset > LAST) {
      throw new IllegalArgumentException("offset is %d (expected: 4-4294967295)".formatted(offset));
    }
  }

  /**
   * What a server says of its place in another's log. Empty where it names none ({@code "", 0}),
   * and where nobody could ask for it: one transaction may take a log beyond 4 GiB.
   */
  public static Optional<LogPosition> told(String file, long offset) {
    return file.isBlank() || offset < FIRST || offset > LAST
        ? Optional.empty()
        : Optional.of(new LogPosition(file, offset));
  }

  @Override
  public String toString() {
    return file + ":" + offset;
  }
}
