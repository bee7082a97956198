package dev.mainstay.gateway.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each text is read whole, byte by byte, and cut in two at every place: the verdict is the same.
 */
class ScanTest {

  private static final int MAX_LINE = 64;
  private static final int MAX_HEADERS = 128;

  private static final String HEAD = "POST / HTTP/1.1\r\nHost: a\r\n";
  private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";

  /** How texts are written below: {@code ~} is CRLF, and ^x a control character. */
  private static String bytes(String text) {
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '~') {
        bytes.append("\r\n");
      } else if (c == '^') {
        bytes.append((char) (text.charAt(++i) - 64));
      } else {
        bytes.append(c);
      }
    }
    return bytes.toString();
  }

  private static String verdict(Scan scan, String text, int... cuts) {
    byte[] all = text.getBytes(StandardCharsets.ISO_8859_1);
    int from = 0;
    for (int i = 0; i <= cuts.length; i++) {
      int to = i < cuts.length ? cuts[i] : all.length;
      Refusal refusal = scan.read(ByteBuffer.wrap(all, from, to - from));
      if (refusal != null) {
        return refusal.name();
      }
      from = to;
    }
    return scan.inHead() ? "in head" : scan.inBody() ? "in body" : "whole";
  }

  private static void assertVerdict(String text, String expected) {
    assertThat(verdict(new Scan(MAX_LINE, MAX_HEADERS), text)).isEqualTo(expected);
    int[] everywhere = new int[text.length()];
    for (int i = 0; i < text.length(); i++) {
      everywhere[i] = i;
      assertThat(verdict(new Scan(MAX_LINE, MAX_HEADERS), text, i))
          .as("cut at %d", i)
          .isEqualTo(expected);
    }
    assertThat(verdict(new Scan(MAX_LINE, MAX_HEADERS), text, everywhere)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1~Host: a~~",
        "~GET / HTTP/1.1~Host: a~~",
        "GET / HTTP/1.0~~",
        "GET /a//b;c?d=%00|\"{} HTTP/1.1~Host: a:80~X:~Y:  a^Ib  ~~",
        "GET http://a.example:8080/x HTTP/1.1~hOST: A.example:8080~~",
        "GET http://a?x HTTP/1.1~Host: a:80~~",
        "OPTIONS * HTTP/1.1~Host: [::1]:80~~",
        "POST / HTTP/1.1~Host: a~Content-Length: 3~~a~bGET / HTTP/1.1~Host: a~~",
        "POST / HTTP/1.1~Host: a~Content-Length: 0~~",
      })
  void soundRequestsPass(String text) {
    // A body of 3 is written with ~ for two of its bytes.
    assertVerdict(bytes(text.replace("a~bGET", "a~GET")), "whole");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0~~",
        "3~abc~0~~",
        "0000000A;a;b=c;d=\"e;\\\"f\"~0123456789~0~X-Trailer: t~~",
        "1~a~2~bc~00~~",
      })
  void soundChunksPass(String text) {
    assertVerdict(CHUNKED + bytes(text), "whole");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "~~GET / HTTP/1.1~Host: a~~!METHOD",
        "^JGET / HTTP/1.1~Host: a~~!LINE_END",
        " GET / HTTP/1.1~Host: a~~!METHOD",
        "GE(T / HTTP/1.1~Host: a~~!METHOD",
        "GET  / HTTP/1.1~Host: a~~!TARGET",
        "GET^I/ HTTP/1.1~Host: a~~!METHOD",
        "GET /^A HTTP/1.1~Host: a~~!TARGET",
        "GET /^@ HTTP/1.1~Host: a~~!TARGET",
        "GET /é HTTP/1.1~Host: a~~!TARGET",
        "GET /#x HTTP/1.1~Host: a~~!TARGET",
        "GET x HTTP/1.1~Host: a~~!TARGET",
        "GET * HTTP/1.1~Host: a~~!TARGET",
        "CONNECT a:80 HTTP/1.1~Host: a:80~~!TARGET",
        "GET ftp://a/ HTTP/1.1~Host: a~~!TARGET",
        "GET /~Host: a~~!TARGET",
        "GET /  HTTP/1.1~Host: a~~!VERSION",
        "GET / HTTP/1.1 ~Host: a~~!VERSION",
        "GET / http/1.1~Host: a~~!VERSION",
        "GET / HTTP/11~Host: a~~!VERSION",
        "GET / HTTP/2.0~Host: a~~!VERSION_UNKNOWN",
        "GET / HTTP/1.1^JHost: a~~!VERSION",
        "GET / HTTP/1.1~Host: a^J~!LINE_END",
        "GET / HTTP/1.1~Host: a~^J!LINE_END",
        "GET / HTTP/1.1~Host: a^MX: b~~!LINE_END",
        "GET / HTTP/1.1~ Host: a~~!FIELD_FOLDED",
        "GET / HTTP/1.1~Host: a~X: b~ c~~!FIELD_FOLDED",
        "GET / HTTP/1.1~Host: a~X: b~^Ic~~!FIELD_FOLDED",
        "GET / HTTP/1.1~Host : a~~!FIELD_NAME",
        "GET / HTTP/1.1~: a~~!FIELD_NAME",
        "GET / HTTP/1.1~Host~~!FIELD_NAME",
        "GET / HTTP/1.1~Host: a~X: ^@~~!FIELD_VALUE",
        "GET / HTTP/1.1~Host: a~X: ^K~~!FIELD_VALUE",
        "GET / HTTP/1.1~~!HOST_MISSING",
        "GET / HTTP/1.1~Host: a~Host: a~~!HOST_TWICE",
        "GET / HTTP/1.0~Host: a~host: b~~!HOST_TWICE",
        "GET / HTTP/1.1~Host:~~!HOST",
        "GET / HTTP/1.1~Host: a, b~~!HOST",
        "GET / HTTP/1.1~Host: a/b~~!HOST",
        "GET / HTTP/1.1~Host: u@a~~!HOST",
        "GET http://a/ HTTP/1.1~Host: b~~!HOST_OTHER",
        "GET http://u@a/ HTTP/1.1~Host: a~~!HOST_OTHER",
        "GET https://a:80/ HTTP/1.1~Host: a~~!HOST_OTHER",
        "POST / HTTP/1.1~Host: a~Content-Length: 1~Content-Length: 1~~!LENGTH_TWICE",
        "POST / HTTP/1.1~Host: a~Content-Length: 1~content-length: 2~~!LENGTH_TWICE",
        "POST / HTTP/1.1~Host: a~Content-Length: 1, 1~~!LENGTH",
        "POST / HTTP/1.1~Host: a~Content-Length: +1~~!LENGTH",
        "POST / HTTP/1.1~Host: a~Content-Length: -1~~!LENGTH",
        "POST / HTTP/1.1~Host: a~Content-Length: 0x1~~!LENGTH",
        "POST / HTTP/1.1~Host: a~Content-Length:~~!LENGTH",
        "POST / HTTP/1.1~Host: a~Content-Length: 99999999999999999999~~!LENGTH",
        "POST / HTTP/1.1~Host: a~Content-Length: 1~Transfer-Encoding: chunked~~!LENGTH_AND_CODING",
        "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Content-Length: 0~~!LENGTH_AND_CODING",
        "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked, chunked~~!CODING",
        "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Transfer-Encoding: chunked~~!CODING",
        "POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip, chunked~~!CODING",
        "POST / HTTP/1.1~Host: a~Transfer-Encoding: identity~~!CODING",
        "POST / HTTP/1.1~Host: a~Transfer-Encoding: xchunked~~!CODING",
        "POST / HTTP/1.1~Host: a~Transfer-Encoding:~~!CODING",
        "POST / HTTP/1.0~Transfer-Encoding: chunked~~!CODING",
      })
  void whatHasTwoMeaningsIsRefused(String text, String refusal) {
    assertVerdict(bytes(text), refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "~!CHUNK_SIZE",
        "x~!CHUNK_SIZE",
        "0x1~a~0~~!CHUNK_SIZE",
        "-1~!CHUNK_SIZE",
        " 1~a~0~~!CHUNK_SIZE",
        "1 ~a~0~~!CHUNK_SIZE",
        "1 ;a~a~0~~!CHUNK_SIZE",
        "80000000~!CHUNK_SIZE",
        "00000000000000001~a~0~~!CHUNK_SIZE",
        "1^Ja~0~~!LINE_END",
        "1^Ma~0~~!LINE_END",
        "1;~a~0~~!CHUNK_EXTENSION",
        "1;a b~a~0~~!CHUNK_EXTENSION",
        "1;a=~a~0~~!CHUNK_EXTENSION",
        "1;a=\"^A\"~a~0~~!CHUNK_EXTENSION",
        "1;a^Jb~a~0~~!LINE_END",
        "1;a=\"b\"c~a~0~~!CHUNK_EXTENSION",
        "1~ab0~~!CHUNK_END",
        "1~a^J0~~!CHUNK_END",
        "0~X: a~ b~~!FIELD_FOLDED",
        "0~X: a^J~!LINE_END",
        "0~Content-Length: 5~~!TRAILER",
        "0~Host: b~~!TRAILER",
      })
  void chunksOfTwoMeaningsAreRefused(String text, String refusal) {
    assertVerdict(CHUNKED + bytes(text), refusal);
  }

  @Test
  void limitsAreExact() {
    String target = "/".repeat(MAX_LINE - "GET  HTTP/1.1".length());
    assertVerdict("GET %s HTTP/1.1\r\nHost: a\r\n\r\n".formatted(target), "whole");
    assertVerdict("GET %s/ HTTP/1.1\r\nHost: a\r\n\r\n".formatted(target), "LINE_TOO_LONG");
    assertVerdict("G".repeat(MAX_LINE + 1), "LINE_TOO_LONG");
    String value = "v".repeat(MAX_HEADERS - "Host: aX: ".length());
    assertVerdict("GET / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n".formatted(value), "whole");
    assertVerdict(
        "GET / HTTP/1.1\r\nHost: a\r\nX: v%s\r\n\r\n".formatted(value), "HEADERS_TOO_LONG");
    assertVerdict(
        CHUNKED + "0\r\nX: %s\r\n".formatted("v".repeat(MAX_HEADERS)), "HEADERS_TOO_LONG");
    assertVerdict(CHUNKED + "1;" + "e".repeat(300), "CHUNK_EXTENSION");
  }

  @Test
  void itKnowsWhereInAMessageItIs() {
    assertVerdict("GET / HTTP/1.1\r\nHost: a\r\n", "in head");
    assertVerdict(HEAD + "Content-Length: 3\r\n\r\nab", "in body");
    assertVerdict(CHUNKED + "3\r\nabc\r\n", "in body");
    assertVerdict(CHUNKED + "0\r\nX: y\r\n", "in body");
    assertVerdict("", "whole");
  }

  @Test
  void whatCameBeforeTheBadRequestIsSound() {
    Scan scan = new Scan(MAX_LINE, MAX_HEADERS);
    String good = HEAD + "Content-Length: 3\r\n\r\nabc";

    assertThat(verdict(scan, good + good + "GET\r\n")).isEqualTo("METHOD");
    assertThat(scan.sound()).isEqualTo(2 * good.length());

    Scan later = new Scan(MAX_LINE, MAX_HEADERS);
    assertThat(verdict(later, CHUNKED + "3\r\nabc\r\nx\r\n", CHUNKED.length() + 2))
        .isEqualTo("CHUNK_SIZE");
    assertThat(later.sound()).isZero();
  }
}
