package dev.mainstay.db.controller.web;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.Controller;
import dev.mainstay.db.controller.loop.Orders.Answer;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;

/** What all orders to the controller have in common: who may give them, on whom, and refusals. */
@Component
class Desk {

  /** Longer than the controller itself takes to give up. */
  private static final int SECONDS = 15;

  private static final Duration SILENCE = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(Desk.class);

  private final Controller controller;
  private final Token token;
  private final Clock clock;

  /** When an order with another token was last told of: anybody may ask. */
  private final AtomicReference<Instant> told = new AtomicReference<>(Instant.MIN);

  Desk(Controller controller, Token token, Clock clock) {
    this.controller = controller;
    this.token = token;
    this.clock = clock;
  }

  /**
   * @param what in words, such as {@code a switchover}
   * @throws ErrorResponseException 401 if the caller may not give orders
   */
  void admit(HttpServletRequest request, String what) {
    if (!token.admits(request)) {
      if (request.getHeader(HttpHeaders.AUTHORIZATION) != null) {
        refused(what);
      }
      ErrorResponseException refused =
          problem(
              HttpStatus.UNAUTHORIZED,
              "the token is needed %s, as Authorization: Bearer …".formatted(what));
      refused.getHeaders().add(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
      throw refused;
    }
  }

  private void refused(String what) {
    Instant now = clock.instant();
    Instant before = told.get();
    if (before.isBefore(now.minus(SILENCE)) && told.compareAndSet(before, now)) {
      log.warn(
          "An order {} was refused: its token is not the one of mainstay.controller.token", what);
    }
  }

  /**
   * The node of this name.
   *
   * @throws ErrorResponseException 400 without a name, 404 if there is no such node
   */
  NodeId node(String field, @Nullable String name) {
    if (name == null) {
      throw problem(
          HttpStatus.BAD_REQUEST,
          "%s is missing (expected: a node, such as {\"%s\": \"db-2\"})".formatted(field, field));
    }
    List<NodeId> nodes = controller.cluster().nodes().stream().map(node -> node.id()).toList();
    return nodes.stream()
        .filter(id -> id.value().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                problem(
                    HttpStatus.NOT_FOUND,
                    "there is no node of this name (expected: one of %s)"
                        .formatted(String.join(", ", nodes.stream().map(NodeId::value).toList()))));
  }

  /**
   * @throws ErrorResponseException 504 if there is none in time
   */
  Answer await(CompletableFuture<Answer> answer) throws InterruptedException {
    try {
      return answer.get(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw problem(
          HttpStatus.GATEWAY_TIMEOUT, "not known after %d s; see /api/topology".formatted(SECONDS));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** 409 for an order that is not carried out. */
  ErrorResponseException refusal(Answer answer) {
    return switch (answer) {
      case Answer.Refused refused -> problem(HttpStatus.CONFLICT, refused.why());
      case Answer.NotLeading other -> problem(HttpStatus.CONFLICT, words(other.leader()));
      case Answer.Done _, Answer.Losses _, Answer.Accepted _ ->
          throw new IllegalStateException("no refusal: " + answer);
    };
  }

  private String words(Optional<String> leader) {
    return leader
        .map(id -> "%s does not lead; ask %s, which does".formatted(controller.id(), id))
        .orElse("%s does not lead, and no controller is known to".formatted(controller.id()));
  }

  private static ErrorResponseException problem(HttpStatus status, String detail) {
    return new ErrorResponseException(
        status, ProblemDetail.forStatusAndDetail(status, detail), null);
  }
}
