package dev.mainstay.db.controller.web;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.Controller;
import dev.mainstay.db.controller.loop.Orders.Answer;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /api/rebuild}: answers at once; the topology shows how far it is. */
@RestController
class RebuildController {

  private final Desk desk;
  private final Controller controller;

  RebuildController(Desk desk, Controller controller) {
    this.desk = desk;
    this.controller = controller;
  }

  /**
   * @param node the one that is to lose what it holds
   */
  record Wish(@Nullable String node) {}

  record Accepted(String node, String donor) {}

  @PostMapping("/api/rebuild")
  ResponseEntity<Accepted> rebuild(@RequestBody Wish wish, HttpServletRequest request)
      throws InterruptedException {
    desk.admit(request, "to rebuild a node");
    Answer answer = desk.await(controller.orders().rebuild(desk.node("node", wish.node())));
    if (answer instanceof Answer.Accepted(NodeId node, NodeId donor)) {
      return ResponseEntity.accepted().body(new Accepted(node.value(), donor.value()));
    }
    throw desk.refusal(answer);
  }
}
