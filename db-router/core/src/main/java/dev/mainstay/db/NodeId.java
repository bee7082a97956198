package dev.mainstay.db;

import java.util.regex.Pattern;

/** The name of a node, such as {@code db-1}: 1 to 32 lower-case letters, digits and dashes. */
public record NodeId(String value) implements Comparable<NodeId> {
  private static final Pattern SHAPE = Pattern.compile("[a-z0-9-]{1,32}");

  public NodeId {
    if (!SHAPE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "node id is '%s' (expected: 1-32 of a-z, 0-9 and '-')".formatted(value));
    }
  }

  @Override
  public int compareTo(NodeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
