package dev.mainstay.db.controller.web;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.Controller;
import dev.mainstay.db.controller.loop.Orders.Answer;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /api/switchover}. */
@RestController
class SwitchoverController {

  /** Longer than the controller itself takes to give up. */
  private static final int SECONDS = 15;

  private final Controller controller;
  private final Token token;

  SwitchoverController(Controller controller, Token token) {
    this.controller = controller;
    this.token = token;
  }

  /**
   * @param to the node that is to be primary
   * @param force whether it is done also where the rules refuse it
   * @param losses only tells what forcing would lose
   */
  record Wish(@Nullable String to, @Nullable Boolean force, @Nullable Boolean losses) {}

  record Done(String primary, long epoch, long millis) {}

  record Losses(List<String> losses) {}

  @PostMapping("/api/switchover")
  ResponseEntity<?> switchover(@RequestBody Wish wish, HttpServletRequest request)
      throws InterruptedException {
    if (!token.admits(request)) {
      ProblemDetail problem =
          ProblemDetail.forStatusAndDetail(
              HttpStatus.UNAUTHORIZED, "a switchover needs the token, as Authorization: Bearer …");
      return ResponseEntity.status(HttpStatus.UNAUTHORIZED)
          .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
          .body(problem);
    }
    NodeId to = node(wish.to());
    boolean losses = Boolean.TRUE.equals(wish.losses());
    CompletableFuture<Answer> answer =
        losses
            ? controller.orders().losses(to)
            : controller.orders().move(to, Boolean.TRUE.equals(wish.force()));
    try {
      return respond(answer.get(SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      throw problem(
          HttpStatus.GATEWAY_TIMEOUT, "not known after %d s; see /api/topology".formatted(SECONDS));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private NodeId node(@Nullable String to) {
    if (to == null) {
      throw problem(
          HttpStatus.BAD_REQUEST, "to is missing (expected: a node, such as {\"to\": \"db-2\"})");
    }
    return controller.cluster().nodes().stream()
        .map(node -> node.id())
        .filter(id -> id.value().equals(to))
        .findFirst()
        .orElseThrow(
            () ->
                problem(
                    HttpStatus.NOT_FOUND,
                    "there is no node of this name (expected: one of %s)"
                        .formatted(
                            String.join(
                                ", ",
                                controller.cluster().nodes().stream()
                                    .map(node -> node.id().value())
                                    .toList()))));
  }

  private ResponseEntity<?> respond(Answer answer) {
    return switch (answer) {
      case Answer.Done done ->
          ResponseEntity.ok(new Done(done.primary().value(), done.epoch(), done.took().toMillis()));
      case Answer.Losses losses -> ResponseEntity.ok(new Losses(losses.losses()));
      case Answer.Refused refused -> throw problem(HttpStatus.CONFLICT, refused.why());
      case Answer.NotLeading other -> throw problem(HttpStatus.CONFLICT, words(other.leader()));
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
