package dev.mainstay.db;

/**
 * A place in one server's binary log, between two transactions.
 *
 * @param file the log file's name, without a path
 * @param offset bytes from its beginning
 */
public record LogPosition(String file, long offset) {
  public LogPosition {
    if (file.isBlank()) {
      throw new IllegalArgumentException("file is blank (expected: a binary log's name)");
    }
    // A log begins with four magic bytes; the protocol has four bytes for the offset.
    if (offset < 4 || offset > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("offset is %d (expected: 4-4294967295)".formatted(offset));
    }
  }

  @Override
  public String toString() {
    return file + ":" + offset;
  }
}
