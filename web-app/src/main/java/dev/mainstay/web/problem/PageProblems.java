package dev.mainstay.web.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Sends people whose page cannot be had for the moment to the page that says so. */
@ControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
class PageProblems {

  @ExceptionHandler
  void nothingThere(NoResourceFoundException failure, HttpServletResponse response)
      throws IOException {
    response.sendError(HttpServletResponse.SC_NOT_FOUND);
  }

  @ExceptionHandler
  void badParameter(MethodArgumentTypeMismatchException failure, HttpServletResponse response)
      throws IOException {
    if (failure.getParameter().hasParameterAnnotation(PathVariable.class)) {
      response.sendError(HttpServletResponse.SC_NOT_FOUND);
    } else {
      response.sendError(HttpServletResponse.SC_BAD_REQUEST, Refusal.mismatch(failure));
    }
  }

  /** A form that Tomcat does not take, such as one that is too large and did not say so before. */
  @ExceptionHandler
  void badForm(InvalidParameterException failure, HttpServletResponse response) throws IOException {
    response.sendError(failure.getErrorCode());
  }

  @ExceptionHandler({DataAccessException.class, TransactionException.class})
  void outage(RuntimeException failure, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!Outage.isCauseOf(failure)) {
      throw failure;
    }
    Outage.headers(failure, !request.getMethod().equals("GET"))
        .forEach((name, values) -> response.setHeader(name, values.getFirst()));
    response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
  }
}
