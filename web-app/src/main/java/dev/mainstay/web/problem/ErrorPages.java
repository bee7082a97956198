package dev.mainstay.web.problem;

import dev.mainstay.web.whoami.Route;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.ModelAndView;

/**
 * The last stop of every error that no handler answered: a page for people, problem details for
 * programs.
 */
@Controller
class ErrorPages implements ErrorController {

  private final Route route;

  ErrorPages(Route route) {
    this.route = route;
  }

  @RequestMapping("/error")
  Object error(HttpServletRequest request, HttpServletResponse response) {
    HttpStatus status = status(request);
    String path = attribute(request, RequestDispatcher.ERROR_REQUEST_URI).orElse("/error");
    Optional<String> reason = attribute(request, RequestDispatcher.ERROR_MESSAGE);
    if (path.startsWith("/api/") || path.startsWith("/actuator/")) {
      return ResponseEntity.status(status)
          .contentType(MediaType.APPLICATION_PROBLEM_JSON)
          .body(
              ProblemDetail.forStatusAndDetail(
                  status, reason.orElse(explanation(status, response))));
    }
    return new ModelAndView(
        "error",
        Map.of(
            "status", status.value(),
            "heading", heading(status),
            "explanation", reason.orElse(explanation(status, response)),
            "retry", status == HttpStatus.SERVICE_UNAVAILABLE && isRead(request),
            "servedBy", route.of(request)),
        status);
  }

  private static HttpStatus status(HttpServletRequest request) {
    return request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code
        ? Optional.ofNullable(HttpStatus.resolve(code)).orElse(HttpStatus.INTERNAL_SERVER_ERROR)
        : HttpStatus.NOT_FOUND;
  }

  /** A reload repeats a read; a post would be asked about by the browser. */
  private static boolean isRead(HttpServletRequest request) {
    return attribute(request, RequestDispatcher.ERROR_METHOD).orElse("GET").equals("GET");
  }

  private static Optional<String> attribute(HttpServletRequest request, String name) {
    return Optional.ofNullable(request.getAttribute(name))
        .map(Object::toString)
        .filter(text -> !text.isBlank());
  }

  private static String heading(HttpStatus status) {
    return switch (status) {
      case NOT_FOUND -> "There is nothing here";
      case SERVICE_UNAVAILABLE -> "One moment, please";
      case CONTENT_TOO_LARGE -> "That is too long";
      default -> status.is5xxServerError() ? "Something broke" : "That did not work";
    };
  }

  private static String explanation(HttpStatus status, HttpServletResponse response) {
    return switch (status) {
      case NOT_FOUND -> "No page or notice has this address.";
      case SERVICE_UNAVAILABLE ->
          "The board's database is changing over or cannot be reached. "
              + switch (response.getHeader(Outage.OUTCOME)) {
                case null -> "What was posted before is safe.";
                case Outage.REFUSED ->
                    "Your post was not taken. Reload this page to send it again.";
                default ->
                    "Your post may have been taken, or not. Reload this page to send it again: it will be there once.";
              };
      case CONTENT_TOO_LARGE -> "More was sent than a notice can hold.";
      default ->
          status.is5xxServerError()
              ? "It is our fault, not yours. Please try again."
              : "The request could not be understood (%s).".formatted(status.getReasonPhrase());
    };
  }
}
