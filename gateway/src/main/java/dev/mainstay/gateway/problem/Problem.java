package dev.mainstay.gateway.problem;

import dev.mainstay.gateway.upstream.Answer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** A request that ends in an error, and the sentence that says why. */
public final class Problem extends ErrorResponseException {

  private final transient HttpHeaders headers = new HttpHeaders();

  /** A problem to be told as {@code status}; {@code detail} is a whole sentence for the client. */
  public Problem(HttpStatus status, String detail) {
    super(status, ProblemDetail.forStatusAndDetail(status, detail), null);
  }

  /** What the gateway says to a request that no server answers. */
  public static Problem of(Answer answer) {
    Problem problem = new Problem(HttpStatus.valueOf(answer.status()), answer.detail());
    return answer.retryAfterSeconds() == 0
        ? problem
        : problem.with(HttpHeaders.RETRY_AFTER, Integer.toString(answer.retryAfterSeconds()));
  }

  /** Adds a header to the answer. */
  public Problem with(String header, String value) {
    headers.set(header, value);
    return this;
  }

  public String detail() {
    String detail = getBody().getDetail();
    return detail == null ? "" : detail;
  }

  public HttpStatusCode status() {
    return getStatusCode();
  }

  @Override
  public HttpHeaders getHeaders() {
    return headers;
  }

  /** A problem is an answer, not a bug: nobody reads where it was made. */
  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // Changes nothing.
  public Throwable fillInStackTrace() {
    return this;
  }
}
