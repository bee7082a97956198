package dev.mainstay.gateway.problem;

import dev.mainstay.gateway.telling.Telling;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.ErrorResponse;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/**
 * Tells a client what went wrong: {@code application/problem+json} (RFC 9457), or a small page if
 * it asked for HTML by name.
 *
 * <p>Once a byte of the response is out nothing can be told any more; the error is passed on, and
 * the connection is closed so that the truncation shows.
 */
public final class ProblemHandler implements WebExceptionHandler, Ordered {

  private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

  /** Before Spring Boot's own. */
  @Override
  public int getOrder() {
    return -2;
  }

  @Override
  public Mono<Void> handle(ServerWebExchange exchange, Throwable error) {
    ServerHttpResponse response = exchange.getResponse();
    if (response.isCommitted()) {
      return Mono.error(error);
    }
    HttpStatusCode status = HttpStatus.INTERNAL_SERVER_ERROR;
    String detail = "The gateway failed to handle the request.";
    if (error instanceof ErrorResponse told) {
      status = told.getStatusCode();
      detail = told.getBody().getDetail() == null ? reason(status) : told.getBody().getDetail();
      response.getHeaders().putAll(told.getHeaders());
    } else if (error instanceof HttpClientErrorException.TooManyRequests) {
      status = HttpStatus.TOO_MANY_REQUESTS;
      detail =
          "Too much was sent from your address. Wait a few seconds, go back and send it again.";
      response.getHeaders().set(HttpHeaders.RETRY_AFTER, "5");
    } else {
      log.error(
          "{} {} failed",
          exchange.getRequest().getMethod(),
          exchange.getRequest().getPath(),
          error);
    }
    response.setStatusCode(status);
    response.getHeaders().remove(HttpHeaders.CONTENT_ENCODING);
    response.getHeaders().setCacheControl("no-store");
    boolean page = wantsPage(exchange);
    byte[] body = page ? page(status, detail) : problem(status, detail, exchange);
    response.getHeaders().setContentType(page ? HTML : MediaType.APPLICATION_PROBLEM_JSON);
    response.getHeaders().setContentLength(body.length);
    return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
  }

  private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);

  private static boolean wantsPage(ServerWebExchange exchange) {
    try {
      return exchange.getRequest().getHeaders().getAccept().stream()
          .anyMatch(type -> type.equalsTypeAndSubtype(MediaType.TEXT_HTML));
    } catch (InvalidMediaTypeException unreadable) {
      return false;
    }
  }

  private static byte[] problem(HttpStatusCode status, String detail, ServerWebExchange exchange) {
    return Telling.problem(
            status.value(), reason(status), detail, exchange.getRequest().getURI().getRawPath())
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] page(HttpStatusCode status, String detail) {
    return Telling.page(status.value(), reason(status), detail).getBytes(StandardCharsets.UTF_8);
  }

  private static String reason(HttpStatusCode status) {
    HttpStatus known = HttpStatus.resolve(status.value());
    return known == null ? "Error" : known.getReasonPhrase();
  }
}
