package dev.mainstay.gateway.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;

class HopsTest {

  private static HttpHeaders stripped(String... namesAndValues) {
    HttpHeaders headers = new DefaultHttpHeaders();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    Hops.strip(headers);
    return headers;
  }

  @Test
  void headersOfTheHopEndHere() {
    HttpHeaders headers =
        stripped(
            "Connection", "keep-alive",
            "Keep-Alive", "timeout=5",
            "Proxy-Connection", "keep-alive",
            "Proxy-Authorization", "Basic x",
            "TE", "trailers",
            "Trailer", "X-T",
            "Upgrade", "h2c",
            "Accept", "*/*");

    assertThat(headers.names()).containsExactly("Accept");
  }

  @Test
  void thoseThatTheSenderNamesEndHereToo() {
    HttpHeaders headers =
        stripped(
            "X-A", "1", "Connection", "close, x-a,", "X-B", "2", "connection", "X-B", "X-C", "3");

    assertThat(headers.names()).containsExactly("X-C");
  }

  @Test
  void whatSaysWhereAMessageGoesOrEndsStaysWhateverIsNamed() {
    HttpHeaders headers =
        stripped(
            "Host", "a",
            "Content-Length", "1",
            "Transfer-Encoding", "chunked",
            "Connection", "Host, content-length, Transfer-Encoding");

    assertThat(headers.names()).containsExactly("Host", "Content-Length", "Transfer-Encoding");
  }
}
