package dev.mainstay.gateway.guard;

import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's bytes as RFC 9112 has them and tells where they stop being requests of HTTP/1.1
 * whose end nobody can mistake. Pure: it holds its place between buffers and changes nothing of
 * them.
 *
 * <p>It is stricter than the RFC asks where leniency has been used to smuggle requests: no
 * Content-Length twice, even if equal; no coding but a lone {@code chunked}; no folded header; no
 * white space around a chunk's size. Whoever reads the same bytes after it may be as lenient as it
 * likes: what passes here has one meaning.
 */
final class Scan {

  /** Where in a message the next byte belongs. */
  private enum At {
    START,
    BLANK_LINE_LF,
    METHOD,
    TARGET,
    VERSION,
    LINE_LF,
    FIELD,
    NAME,
    VALUE,
    VALUE_LF,
    HEAD_LF,
    FIXED,
    CHUNK_SIZE_FIRST,
    CHUNK_SIZE,
    EXTENSION_FIRST,
    EXTENSION_NAME,
    EXTENSION_VALUE_FIRST,
    EXTENSION_TOKEN,
    EXTENSION_QUOTED,
    EXTENSION_ESCAPED,
    EXTENSION_QUOTED_END,
    CHUNK_SIZE_LF,
    CHUNK_DATA,
    CHUNK_CR,
    CHUNK_LF
  }

  private static final int MAX_CHUNK_LINE = 256;
  private static final int MAX_CHUNK_DIGITS = 16;
  private static final int MAX_SPECIAL_VALUE = 512;

  private static final String HOST = "host";
  private static final String LENGTH = "content-length";
  private static final String CODING = "transfer-encoding";

  private static final boolean[] TOKEN = new boolean[256];
  private static final boolean[] IN_TARGET = new boolean[256];
  private static final boolean[] IN_VALUE = new boolean[256];
  private static final boolean[] IN_HOST = new boolean[256];

  static {
    for (int c = 'a'; c <= 'z'; c++) {
      mark(c, TOKEN, IN_HOST);
      mark(c - 'a' + 'A', TOKEN, IN_HOST);
    }
    for (int c = '0'; c <= '9'; c++) {
      mark(c, TOKEN, IN_HOST);
    }
    "!#$%&'*+-.^_`|~".chars().forEach(c -> mark(c, TOKEN));
    ".-_~:[]%".chars().forEach(c -> mark(c, IN_HOST));
    for (int c = 0x21; c < 0x7f; c++) {
      mark(c, IN_TARGET, IN_VALUE);
    }
    IN_TARGET['#'] = false;
    for (int c = 0x80; c < 0x100; c++) {
      mark(c, IN_VALUE);
    }
    mark(' ', IN_VALUE);
    mark('\t', IN_VALUE);
  }

  private static void mark(int c, boolean[]... sets) {
    for (boolean[] set : sets) {
      set[c] = true;
    }
  }

  private final int maxLine;
  private final int maxHeaders;

  private At at = At.START;
  private int messageStart;

  /** Bytes of the request line, of all header lines or of the chunk line so far. */
  private int size;

  private boolean blankLineSeen;
  private boolean inTrailer;
  private boolean options;

  /** What is kept of the line at hand: a method, an unusual target, a version, a header's value. */
  private final StringBuilder text = new StringBuilder();

  private boolean plainTarget;
  private String target = "";
  private boolean oldVersion;

  private final char[] name = new char[CODING.length()];
  private int nameLength;
  private String special = "";

  private int hosts;
  private String host = "";
  private int lengths;
  private int codings;

  /** Bytes left of a body of known length, or of a chunk. */
  private long left;

  private int digits;

  Scan(int maxLine, int maxHeaders) {
    this.maxLine = maxLine;
    this.maxHeaders = maxHeaders;
  }

  /** Whether a part of a request's head is here and more of it is to come. */
  boolean inHead() {
    return at != At.START && at.compareTo(At.FIXED) < 0 && !inTrailer;
  }

  /** Whether a part of a request's body is to come. */
  boolean inBody() {
    return at.compareTo(At.FIXED) >= 0 || inTrailer;
  }

  /**
   * How many bytes of the buffer read last belong to requests before the one that it ended in: 0 if
   * that one began in an earlier buffer.
   */
  int sound() {
    return messageStart;
  }

  /**
   * Reads on, from the buffer's position to its limit, and moves neither.
   *
   * @return why the request at hand is refused, after which there is nothing more to read; null
   *     while all is well
   */
  @Nullable Refusal read(ByteBuffer bytes) {
    messageStart = 0;
    int offset = bytes.position();
    int end = bytes.limit();
    for (int i = offset; i < end; i++) {
      if (at == At.FIXED || at == At.CHUNK_DATA) {
        i = skip(i, end) - 1;
      } else {
        Refusal refusal = next(bytes.get(i) & 0xff);
        if (refusal != null) {
          return refusal;
        }
      }
      if (at == At.START) {
        messageStart = i + 1 - offset;
      }
    }
    return null;
  }

  private int skip(int from, int end) {
    int skipped = (int) Math.min(left, end - from);
    left -= skipped;
    if (left == 0) {
      if (at == At.FIXED) {
        begin();
      } else {
        at = At.CHUNK_CR;
      }
    }
    return from + skipped;
  }

  private void begin() {
    at = At.START;
    size = 0;
    blankLineSeen = false;
    inTrailer = false;
    hosts = 0;
    lengths = 0;
    codings = 0;
    left = 0;
  }

  private @Nullable Refusal next(int c) {
    return switch (at) {
      case START -> start(c);
      case BLANK_LINE_LF -> {
        at = At.START;
        yield c == '\n' ? null : Refusal.LINE_END;
      }
      case METHOD -> method(c);
      case TARGET -> target(c);
      case VERSION -> version(c);
      case LINE_LF -> {
        at = At.FIELD;
        size = 0;
        yield c == '\n' ? null : Refusal.LINE_END;
      }
      case FIELD -> field(c);
      case NAME -> name(c);
      case VALUE -> value(c);
      case VALUE_LF -> {
        at = At.FIELD;
        yield c == '\n' ? null : Refusal.LINE_END;
      }
      case HEAD_LF -> c == '\n' ? headEnded() : Refusal.LINE_END;
      case CHUNK_SIZE_FIRST, CHUNK_SIZE -> chunkSize(c);
      case EXTENSION_FIRST,
          EXTENSION_NAME,
          EXTENSION_VALUE_FIRST,
          EXTENSION_TOKEN,
          EXTENSION_QUOTED,
          EXTENSION_ESCAPED,
          EXTENSION_QUOTED_END ->
          extension(c);
      case CHUNK_SIZE_LF -> c == '\n' ? chunkBegins() : Refusal.LINE_END;
      case CHUNK_CR -> {
        at = At.CHUNK_LF;
        yield c == '\r' ? null : Refusal.CHUNK_END;
      }
      case CHUNK_LF -> {
        at = At.CHUNK_SIZE_FIRST;
        yield c == '\n' ? null : Refusal.CHUNK_END;
      }
      case FIXED, CHUNK_DATA -> throw new IllegalStateException("a body is skipped, not read");
    };
  }

  /** RFC 9112, 2.2: an empty line before a request is passed over; one is enough. */
  private @Nullable Refusal start(int c) {
    if (c == '\r' && !blankLineSeen) {
      blankLineSeen = true;
      at = At.BLANK_LINE_LF;
      return null;
    }
    if (!TOKEN[c]) {
      return c == '\n' ? Refusal.LINE_END : Refusal.METHOD;
    }
    text.setLength(0);
    text.append((char) c);
    size = 1;
    at = At.METHOD;
    return null;
  }

  private @Nullable Refusal method(int c) {
    if (c == ' ') {
      options = text.compareTo(OPTIONS) == 0;
      text.setLength(0);
      target = "";
      plainTarget = false;
      at = At.TARGET;
      return grown(maxLine, Refusal.LINE_TOO_LONG);
    }
    if (!TOKEN[c]) {
      return Refusal.METHOD;
    }
    text.append((char) c);
    return grown(maxLine, Refusal.LINE_TOO_LONG);
  }

  private static final StringBuilder OPTIONS = new StringBuilder("OPTIONS");

  private @Nullable Refusal target(int c) {
    if (c == ' ') {
      target = text.toString();
      text.setLength(0);
      at = At.VERSION;
      boolean usual = plainTarget || isUrl() || (target.equals("*") && options);
      return usual ? grown(maxLine, Refusal.LINE_TOO_LONG) : Refusal.TARGET;
    }
    if (!IN_TARGET[c]) {
      return Refusal.TARGET;
    }
    if (c == '/' && text.isEmpty()) {
      plainTarget = true;
    }
    if (!plainTarget) {
      text.append((char) c);
    }
    return grown(maxLine, Refusal.LINE_TOO_LONG);
  }

  private boolean isUrl() {
    return target.regionMatches(true, 0, "http://", 0, 7)
        || target.regionMatches(true, 0, "https://", 0, 8);
  }

  private @Nullable Refusal version(int c) {
    if (c == '\r') {
      at = At.LINE_LF;
      return versionEnded();
    }
    if (text.length() == 8) {
      return Refusal.VERSION;
    }
    text.append((char) c);
    return grown(maxLine, Refusal.LINE_TOO_LONG);
  }

  private @Nullable Refusal versionEnded() {
    boolean wellFormed =
        text.length() == 8
            && text.indexOf("HTTP/") == 0
            && isDigit(text.charAt(5))
            && text.charAt(6) == '.'
            && isDigit(text.charAt(7));
    if (!wellFormed) {
      return Refusal.VERSION;
    }
    oldVersion = text.charAt(7) == '0';
    return text.charAt(5) == '1' && text.charAt(7) <= '1' ? null : Refusal.VERSION_UNKNOWN;
  }

  private @Nullable Refusal field(int c) {
    if (c == '\r') {
      at = At.HEAD_LF;
      return null;
    }
    if (c == ' ' || c == '\t') {
      return Refusal.FIELD_FOLDED;
    }
    if (!TOKEN[c]) {
      return c == '\n' ? Refusal.LINE_END : Refusal.FIELD_NAME;
    }
    nameLength = 0;
    at = At.NAME;
    return name(c);
  }

  private @Nullable Refusal name(int c) {
    if (c == ':') {
      special = special();
      text.setLength(0);
      at = At.VALUE;
      if (inTrailer && !special.isEmpty()) {
        return Refusal.TRAILER;
      }
    } else if (!TOKEN[c]) {
      return Refusal.FIELD_NAME;
    } else {
      if (nameLength < name.length) {
        name[nameLength] = c >= 'A' && c <= 'Z' ? (char) (c + 32) : (char) c;
      }
      nameLength++;
    }
    return grown(maxHeaders, Refusal.HEADERS_TOO_LONG);
  }

  private String special() {
    return is(HOST) ? HOST : is(LENGTH) ? LENGTH : is(CODING) ? CODING : "";
  }

  private boolean is(String field) {
    if (nameLength != field.length()) {
      return false;
    }
    for (int i = 0; i < nameLength; i++) {
      if (name[i] != field.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private @Nullable Refusal value(int c) {
    if (c == '\r') {
      at = At.VALUE_LF;
      return special.isEmpty() ? null : specialEnded(text.toString().strip());
    }
    if (!IN_VALUE[c]) {
      return c == '\n' ? Refusal.LINE_END : Refusal.FIELD_VALUE;
    }
    if (!special.isEmpty()) {
      text.append((char) c);
      if (text.length() > MAX_SPECIAL_VALUE) {
        return Refusal.HEADERS_TOO_LONG;
      }
    }
    return grown(maxHeaders, Refusal.HEADERS_TOO_LONG);
  }

  private @Nullable Refusal specialEnded(String value) {
    return switch (special) {
      case HOST -> {
        hosts++;
        host = value;
        yield hosts > 1 ? Refusal.HOST_TWICE : isHost(value) ? null : Refusal.HOST;
      }
      case LENGTH -> {
        lengths++;
        yield lengths > 1 ? Refusal.LENGTH_TWICE : length(value);
      }
      default -> {
        codings++;
        yield codings > 1 || !value.equalsIgnoreCase("chunked") ? Refusal.CODING : null;
      }
    };
  }

  private static boolean isHost(String value) {
    return !value.isEmpty() && value.chars().allMatch(c -> IN_HOST[c]);
  }

  private @Nullable Refusal length(String value) {
    if (value.isEmpty() || value.length() > 18 || !value.chars().allMatch(Scan::isDigit)) {
      return Refusal.LENGTH;
    }
    left = Long.parseLong(value);
    return null;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private @Nullable Refusal headEnded() {
    if (inTrailer) {
      begin();
      return null;
    }
    if (hosts == 0 && !oldVersion) {
      return Refusal.HOST_MISSING;
    }
    if (hosts == 1 && !plainTarget && !target.equals("*") && !isHostOf(target)) {
      return Refusal.HOST_OTHER;
    }
    if (codings > 0 && lengths > 0) {
      return Refusal.LENGTH_AND_CODING;
    }
    if (codings > 0 && oldVersion) {
      return Refusal.CODING;
    }
    if (codings > 0) {
      size = 0;
      at = At.CHUNK_SIZE_FIRST;
    } else if (left > 0) {
      at = At.FIXED;
    } else {
      begin();
    }
    return null;
  }

  private boolean isHostOf(String url) {
    int start = url.indexOf("://") + 3;
    int end = start;
    while (end < url.length() && url.charAt(end) != '/' && url.charAt(end) != '?') {
      end++;
    }
    String port = start == 7 ? ":80" : ":443";
    return withoutPort(url.substring(start, end), port).equals(withoutPort(host, port));
  }

  private static String withoutPort(String authority, String port) {
    String lower = authority.toLowerCase(Locale.ROOT);
    return lower.endsWith(port) ? lower.substring(0, lower.length() - port.length()) : lower;
  }

  private @Nullable Refusal chunkSize(int c) {
    int digit = Character.digit(c, 16);
    if (digit >= 0 && c < 0x80) {
      if (at == At.CHUNK_SIZE_FIRST) {
        left = 0;
        digits = 0;
        size = 0;
        at = At.CHUNK_SIZE;
      }
      left = left * 16 + digit;
      digits++;
      return left > Integer.MAX_VALUE || digits > MAX_CHUNK_DIGITS
          ? Refusal.CHUNK_SIZE
          : grown(MAX_CHUNK_LINE, Refusal.CHUNK_SIZE);
    }
    if (at == At.CHUNK_SIZE_FIRST) {
      return Refusal.CHUNK_SIZE;
    }
    return chunkLineGoesOn(c, Refusal.CHUNK_SIZE);
  }

  /** After a size or an extension: the next extension, or the end of the line. */
  private @Nullable Refusal chunkLineGoesOn(int c, Refusal otherwise) {
    if (c == '\r') {
      at = At.CHUNK_SIZE_LF;
      return null;
    }
    if (c == ';') {
      at = At.EXTENSION_FIRST;
      return grown(MAX_CHUNK_LINE, Refusal.CHUNK_EXTENSION);
    }
    return c == '\n' ? Refusal.LINE_END : otherwise;
  }

  private @Nullable Refusal extension(int c) {
    switch (at) {
      case EXTENSION_FIRST -> {
        if (!TOKEN[c]) {
          return Refusal.CHUNK_EXTENSION;
        }
        at = At.EXTENSION_NAME;
      }
      case EXTENSION_VALUE_FIRST -> {
        if (c != '"' && !TOKEN[c]) {
          return Refusal.CHUNK_EXTENSION;
        }
        at = c == '"' ? At.EXTENSION_QUOTED : At.EXTENSION_TOKEN;
      }
      case EXTENSION_NAME, EXTENSION_TOKEN -> {
        if (c == '=' && at == At.EXTENSION_NAME) {
          at = At.EXTENSION_VALUE_FIRST;
        } else if (!TOKEN[c]) {
          return chunkLineGoesOn(c, Refusal.CHUNK_EXTENSION);
        }
      }
      case EXTENSION_QUOTED -> {
        if (!IN_VALUE[c]) {
          return Refusal.CHUNK_EXTENSION;
        }
        at = c == '"' ? At.EXTENSION_QUOTED_END : c == '\\' ? At.EXTENSION_ESCAPED : at;
      }
      case EXTENSION_ESCAPED -> {
        if (!IN_VALUE[c]) {
          return Refusal.CHUNK_EXTENSION;
        }
        at = At.EXTENSION_QUOTED;
      }
      default -> {
        return chunkLineGoesOn(c, Refusal.CHUNK_EXTENSION);
      }
    }
    return grown(MAX_CHUNK_LINE, Refusal.CHUNK_EXTENSION);
  }

  private @Nullable Refusal chunkBegins() {
    if (left > 0) {
      at = At.CHUNK_DATA;
    } else {
      inTrailer = true;
      size = 0;
      at = At.FIELD;
    }
    return null;
  }

  private @Nullable Refusal grown(int limit, Refusal tooLong) {
    size++;
    return size > limit ? tooLong : null;
  }
}
