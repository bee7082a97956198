package dev.mainstay.web.notice;

import dev.mainstay.web.idempotency.IdempotencyKey;
import dev.mainstay.web.idempotency.Posted;
import dev.mainstay.web.problem.Refusal;
import jakarta.validation.Valid;
import java.net.URI;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The board for programs. */
@RestController
@RequestMapping("/api/notices")
class NoticeApi {

  private static final String DEFAULT_SIZE = "20";

  private final Board board;

  NoticeApi(Board board) {
    this.board = board;
  }

  @GetMapping
  Paged<NoticeSummary> newest(
      @RequestParam(defaultValue = "") String q,
      @RequestParam(defaultValue = "0") int page,
      @RequestParam(defaultValue = DEFAULT_SIZE) int size) {
    return board.newest(SearchTerms.of(q), new Paging(page, size)).value();
  }

  @GetMapping("/{id}")
  NoticeThread notice(
      @PathVariable UUID id,
      @RequestParam(defaultValue = "0") int page,
      @RequestParam(defaultValue = DEFAULT_SIZE) int size) {
    return board.thread(id, new Paging(page, size)).value().orElseThrow(Board::noSuchNotice);
  }

  @GetMapping("/{id}/comments/{comment}")
  CommentResource comment(@PathVariable UUID id, @PathVariable UUID comment) {
    return board
        .comment(id, comment)
        .orElseThrow(() -> Refusal.notFound("There is no such comment on this notice."));
  }

  @PostMapping
  ResponseEntity<NoticeResource> post(IdempotencyKey key, @Valid @RequestBody NoticeDraft draft) {
    NoticeResource notice = done(board.post(key, draft));
    return ResponseEntity.created(URI.create("/api" + notice.path())).body(notice);
  }

  @PostMapping("/{id}/comments")
  ResponseEntity<CommentResource> comment(
      IdempotencyKey key, @PathVariable UUID id, @Valid @RequestBody CommentDraft draft) {
    CommentResource comment = done(board.comment(key, id, draft));
    return ResponseEntity.created(URI.create("/api" + comment.path())).body(comment);
  }

  private static <R> R done(Posted<R> posted) {
    return switch (posted) {
      case Posted.Created<R>(R resource) -> resource;
      case Posted.Replayed<R>(R resource) -> resource;
      case Posted.KeyReused<R> reused ->
          throw Refusal.of(
              HttpStatus.UNPROCESSABLE_CONTENT,
              "This Idempotency-Key was used before, for a post that says something else.");
    };
  }
}
