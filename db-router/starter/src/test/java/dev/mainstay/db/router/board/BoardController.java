package dev.mainstay.db.router.board;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class BoardController {

  private final Board board;

  BoardController(Board board) {
    this.board = board;
  }

  @PostMapping("/notices")
  long post() {
    return board.post("by http");
  }

  @GetMapping("/reader")
  long reader() {
    return board.reader();
  }
}
