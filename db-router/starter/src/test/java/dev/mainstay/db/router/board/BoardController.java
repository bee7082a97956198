package dev.mainstay.db.router.board;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
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

  /** Posts, and looks whether it is there. */
  @PostMapping("/notices/seen")
  boolean postAndLook() {
    return board.has(board.post("looked at"));
  }

  @GetMapping("/notices/{id}")
  boolean has(@PathVariable long id) {
    return board.has(id);
  }

  @GetMapping("/notices/{id}/perhaps")
  boolean mayHave(@PathVariable long id) {
    return board.mayHave(id);
  }

  @GetMapping("/newest")
  long newest() {
    return board.newest();
  }

  @GetMapping("/reader")
  long reader() {
    return board.reader();
  }

  @GetMapping("/reader/primary")
  long readerOnPrimary() {
    return board.readerOnPrimary();
  }

  @GetMapping("/writer")
  long writer() {
    return board.writer();
  }
}
