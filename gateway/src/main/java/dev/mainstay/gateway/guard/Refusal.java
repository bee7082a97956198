package dev.mainstay.gateway.guard;

/** Why a request is not even read: how the client is told, after which the connection is closed. */
enum Refusal {
  METHOD(400, "The method is not a token followed by one space."),
  TARGET(
      400,
      "The target is not a path, a URL of http or https, or * with OPTIONS, of visible ASCII characters."),
  VERSION(400, "The request line does not end with HTTP/1.1 or HTTP/1.0 and CRLF."),
  VERSION_UNKNOWN(505, "The gateway speaks HTTP/1.1 and HTTP/1.0."),
  LINE_TOO_LONG(414, "The request line is too long."),
  LINE_END(400, "A line does not end with CRLF."),
  FIELD_NAME(400, "A header's name is not a token followed by a colon."),
  FIELD_VALUE(400, "A header's value has a control character."),
  FIELD_FOLDED(400, "A header is folded over lines."),
  HEADERS_TOO_LONG(431, "The headers are too long."),
  HOST_MISSING(400, "Host is missing."),
  HOST_TWICE(400, "Host is there more than once."),
  HOST(400, "Host is not a name or an address with an optional port."),
  HOST_OTHER(400, "Host is not the host of the target."),
  LENGTH(400, "Content-Length is not a number."),
  LENGTH_TWICE(400, "Content-Length is there more than once."),
  LENGTH_AND_CODING(400, "Content-Length and Transfer-Encoding exclude each other."),
  CODING(400, "Transfer-Encoding is not a lone chunked of HTTP/1.1."),
  CHUNK_SIZE(400, "A chunk's size is not a hexadecimal number below 2^31."),
  CHUNK_EXTENSION(400, "A chunk's extension is not well-formed, or is too long."),
  CHUNK_END(400, "A chunk does not end with CRLF."),
  TRAILER(400, "A trailer tells what belongs into the head."),
  HEAD_LATE(408, "The head of the request did not arrive in time."),
  BODY_LATE(408, "The body of the request stood still for too long.");

  private final int status;
  private final String detail;

  Refusal(int status, String detail) {
    this.status = status;
    this.detail = detail;
  }

  int status() {
    return status;
  }

  /** A whole sentence for the client. */
  String detail() {
    return detail;
  }
}
