package dev.mainstay.web.problem;

import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/** A request that is not done, with a sentence for whoever sent it. */
public final class Refusal extends ErrorResponseException {

  /** A value that cannot be taken, and why. */
  public record FieldProblem(String field, String message) {}

  private Refusal(HttpStatus status, ProblemDetail problem) {
    super(status, problem, null);
  }

  public static Refusal badValue(String field, String message) {
    ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, message);
    problem.setProperty("errors", List.of(new FieldProblem(field, message)));
    return new Refusal(HttpStatus.BAD_REQUEST, problem);
  }

  static Refusal badRequest(String message) {
    return of(HttpStatus.BAD_REQUEST, message);
  }

  public static Refusal notFound(String message) {
    return of(HttpStatus.NOT_FOUND, message);
  }

  /** What to say of a parameter that is not even of the right kind. */
  static String mismatch(MethodArgumentTypeMismatchException failure) {
    return "%s is %s (expected: %s)"
        .formatted(
            failure.getName(),
            failure.getValue(),
            failure.getRequiredType() == int.class ? "a whole number" : "another kind of value");
  }

  public static Refusal of(HttpStatus status, String message) {
    return new Refusal(status, ProblemDetail.forStatusAndDetail(status, message));
  }
}
