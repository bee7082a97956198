package dev.mainstay.gateway.discovery;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name whose addresses are the servers, and the port on which all of them listen.
 *
 * @param name a host name; with a dot at the end it is whole, and no search domain is tried
 */
public record Target(String name, int port) {

  private static final Pattern TEXT = Pattern.compile("(.*):([0-9]{1,5})");
  private static final String LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
  private static final Pattern NAME = Pattern.compile("(%1$s\\.)*%1$s\\.?".formatted(LABEL));
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+");

  /**
   * Reads {@code web-app:8080}.
   *
   * @throws IllegalArgumentException if it is no name and port; an address is none either
   */
  public static Target parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (parts.matches()) {
      String name = parts.group(1);
      int port = Integer.parseInt(parts.group(2));
      if (isName(name) && port >= 1 && port <= 65_535) {
        return new Target(name, port);
      }
    }
    throw new IllegalArgumentException(
        "dns is \"%s\" (expected: a host name and a port, such as web-app:8080)".formatted(text));
  }

  private static boolean isName(String name) {
    return name.length() <= 254 && NAME.matcher(name).matches() && !ADDRESS.matcher(name).matches();
  }
}
