package dev.mainstay.db.controller.web;

import dev.mainstay.db.controller.loop.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /api/topology}. */
@RestController
class TopologyController {

  private final Controller controller;

  TopologyController(Controller controller) {
    this.controller = controller;
  }

  @GetMapping("/api/topology")
  TopologyView topology() {
    return TopologyView.of(
        controller.id(), controller.cluster().name(), controller.rebuilds(), controller.picture());
  }
}
