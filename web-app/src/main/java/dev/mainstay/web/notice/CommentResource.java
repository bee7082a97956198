package dev.mainstay.web.notice;

import java.time.Instant;
import java.util.UUID;

/** A comment as it is shown. */
record CommentResource(UUID id, UUID noticeId, String body, String author, Instant createdAt) {

  static CommentResource of(Comment comment) {
    return new CommentResource(
        comment.id(), comment.noticeId(), comment.body(), comment.author(), comment.createdAt());
  }

  public String path() {
    return "/notices/%s/comments/%s".formatted(noticeId, id);
  }
}
