package dev.mainstay.gateway.telling;

/**
 * An answer that no server gave: {@code application/problem+json} (RFC 9457), or a small page for
 * those who ask for HTML by name.
 */
public final class Telling {

  public static final String JSON = "application/problem+json";
  public static final String HTML = "text/html;charset=UTF-8";

  private Telling() {}

  /** Whether a list of media types, as in {@code Accept}, has HTML in it by name. */
  public static boolean wantsPage(String accept) {
    for (String range : accept.split(",", -1)) {
      int end = range.indexOf(';');
      if ((end < 0 ? range : range.substring(0, end)).strip().equalsIgnoreCase("text/html")) {
        return true;
      }
    }
    return false;
  }

  /**
   * The problem as JSON.
   *
   * @param detail a whole sentence
   * @param instance the path that was asked for
   */
  public static String problem(int status, String title, String detail, String instance) {
    return "{\"type\":\"about:blank\",\"title\":%s,\"status\":%d,\"detail\":%s,\"instance\":%s}"
        .formatted(quoted(title), status, quoted(detail), quoted(instance));
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  /** The problem as a page. */
  public static String page(int status, String title, String detail) {
    String heading = escaped("%d %s".formatted(status, title));
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 36rem; margin: 20vh auto 0; padding: 0 1.5rem; }
        h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
        </style>
        </head>
        <body>
        <h1>%s</h1>
        <p>%s</p>
        </body>
        </html>
        """
        .formatted(heading, heading, escaped(detail));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
