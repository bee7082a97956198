package dev.mainstay.db;

/** Where a node listens. Written {@code db-1=127.0.0.1:3311}; an IPv6 host stands in brackets. */
public record NodeAddress(NodeId id, String host, int port) {

  public NodeAddress {
    if (host.isBlank() || host.chars().anyMatch(c -> Character.isWhitespace(c) || c == '/')) {
      throw new IllegalArgumentException(
          "host of node %s is '%s' (expected: a host name or an address)".formatted(id, host));
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "port of node %s is %d (expected: 1-65535)".formatted(id, port));
    }
  }

  /** Reads {@code db-1=127.0.0.1:3311} or {@code db-1=[::1]:3311}. */
  public static NodeAddress parse(String text) {
    int equals = text.indexOf('=');
    int colon = text.lastIndexOf(':');
    if (equals < 1 || colon < equals + 2) {
      throw malformed(text);
    }
    String host = text.substring(equals + 1, colon).strip();
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw malformed(text);
    }
    int port;
    try {
      port = Integer.parseInt(text.substring(colon + 1).strip());
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
    return new NodeAddress(new NodeId(text.substring(0, equals).strip()), host, port);
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "node is '%s' (expected: id=host:port, such as db-1=127.0.0.1:3311)".formatted(text));
  }

  @Override
  public String toString() {
    String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return id + "=" + bracketed + ":" + port;
  }
}
