package dev.mainstay.web.problem;

import dev.mainstay.web.guard.BodyLimit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;

/** Answers whatever goes wrong in the JSON API with {@code application/problem+json}. */
@RestControllerAdvice(annotations = RestController.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class ApiProblems extends ResponseEntityExceptionHandler {

  @Override
  protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
      MethodArgumentNotValidException failure,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    List<Refusal.FieldProblem> errors =
        failure.getFieldErrors().stream()
            .map(
                error ->
                    new Refusal.FieldProblem(
                        error.getField(), String.valueOf(error.getDefaultMessage())))
            .sorted(
                Comparator.comparing(Refusal.FieldProblem::field)
                    .thenComparing(Refusal.FieldProblem::message))
            .toList();
    ProblemDetail problem = failure.getBody();
    problem.setDetail("Some fields cannot be taken as they are.");
    problem.setProperty("errors", errors);
    return handleExceptionInternal(failure, problem, headers, status, request);
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
      HttpMessageNotReadableException failure,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    Optional<BodyLimit.Exceeded> tooLong = cause(failure, BodyLimit.Exceeded.class);
    if (tooLong.isPresent()) {
      return answer(failure, HttpStatus.CONTENT_TOO_LARGE, tooLong.get().getMessage(), request);
    }
    return handleExceptionInternal(
        failure,
        BadJson.of(cause(failure, JacksonException.class).orElse(null)).getBody(),
        headers,
        status,
        request);
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotSupported(
      HttpMediaTypeNotSupportedException failure,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    String given = request.getHeader(HttpHeaders.CONTENT_TYPE);
    failure
        .getBody()
        .setDetail(
            "Content-Type is %s (expected: application/json)."
                .formatted(given == null ? "missing" : given));
    return handleExceptionInternal(failure, failure.getBody(), headers, status, request);
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotAcceptable(
      HttpMediaTypeNotAcceptableException failure,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    failure
        .getBody()
        .setDetail(
            "Accept is %s (expected: application/json)."
                .formatted(request.getHeader(HttpHeaders.ACCEPT)));
    return handleExceptionInternal(failure, failure.getBody(), headers, status, request);
  }

  private static <T extends Throwable> Optional<T> cause(Throwable failure, Class<T> type) {
    for (Throwable link = failure; link != null; link = link.getCause()) {
      if (type.isInstance(link)) {
        return Optional.of(type.cast(link));
      }
    }
    return Optional.empty();
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> badParameter(
      MethodArgumentTypeMismatchException failure, WebRequest request) {
    return failure.getParameter().hasParameterAnnotation(PathVariable.class)
        ? answer(failure, HttpStatus.NOT_FOUND, "Nothing has this address.", request)
        : answer(failure, HttpStatus.BAD_REQUEST, Refusal.mismatch(failure), request);
  }

  @ExceptionHandler({DataAccessException.class, TransactionException.class})
  @Nullable ResponseEntity<Object> outage(RuntimeException failure, ServletWebRequest request) {
    if (!Outage.isCauseOf(failure)) {
      throw failure;
    }
    boolean change = !request.getHttpMethod().equals(HttpMethod.GET);
    HttpHeaders headers = Outage.headers(failure, change);
    return handleExceptionInternal(
        failure,
        ProblemDetail.forStatusAndDetail(
            HttpStatus.SERVICE_UNAVAILABLE,
            "The database cannot be reached for the moment. "
                + Outage.advice(headers.getFirst(Outage.OUTCOME))),
        headers,
        HttpStatus.SERVICE_UNAVAILABLE,
        request);
  }

  private @Nullable ResponseEntity<Object> answer(
      Exception failure, HttpStatus status, @Nullable String detail, WebRequest request) {
    return handleExceptionInternal(
        failure,
        ProblemDetail.forStatusAndDetail(status, detail),
        new HttpHeaders(),
        status,
        request);
  }
}
