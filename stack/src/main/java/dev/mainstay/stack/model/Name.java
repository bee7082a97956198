package dev.mainstay.stack.model;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name of a process, such as {@code web-1}: a role's prefix and a number from 1. */
public record Name(Role role, int number) implements Comparable<Name> {

  private static final Pattern FORM = Pattern.compile("(db|rt|web|gw)-([1-9][0-9]{0,2})");
  private static final Comparator<Name> ORDER =
      Comparator.comparing(Name::role).thenComparingInt(Name::number);

  public Name {
    if (number < 1 || number > 999) {
      throw new IllegalArgumentException("number is %d (expected: 1-999)".formatted(number));
    }
  }

  /** The name in {@code text}, or nothing if no process can be called that. */
  public static Optional<Name> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    for (Role role : Role.values()) {
      if (role.prefix().equals(form.group(1))) {
        return Optional.of(new Name(role, Integer.parseInt(form.group(2))));
      }
    }
    return Optional.empty();
  }

  @Override
  public int compareTo(Name other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return role.prefix() + "-" + number;
  }
}
