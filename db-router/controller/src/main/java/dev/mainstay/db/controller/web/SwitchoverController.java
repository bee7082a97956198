package dev.mainstay.db.controller.web;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.Controller;
import dev.mainstay.db.controller.loop.Orders;
import dev.mainstay.db.controller.loop.Orders.Answer;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /api/switchover}. */
@RestController
class SwitchoverController {

  private final Desk desk;
  private final Controller controller;

  SwitchoverController(Desk desk, Controller controller) {
    this.desk = desk;
    this.controller = controller;
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
  Object switchover(@RequestBody Wish wish, HttpServletRequest request)
      throws InterruptedException {
    desk.admit(request, "for a switchover");
    NodeId to = desk.node("to", wish.to());
    Orders orders = controller.orders();
    Answer answer =
        desk.await(
            Boolean.TRUE.equals(wish.losses())
                ? orders.losses(to)
                : orders.move(to, Boolean.TRUE.equals(wish.force())));
    return switch (answer) {
      case Answer.Done done ->
          new Done(done.primary().value(), done.epoch(), done.took().toMillis());
      case Answer.Losses losses -> new Losses(losses.losses());
      case Answer.Accepted _, Answer.Refused _, Answer.NotLeading _ -> throw desk.refusal(answer);
    };
  }
}
