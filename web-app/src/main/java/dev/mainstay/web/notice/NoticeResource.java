package dev.mainstay.web.notice;

import java.time.Instant;
import java.util.UUID;

/** A notice as it is shown. */
record NoticeResource(UUID id, String title, String body, String author, Instant createdAt) {

  static NoticeResource of(Notice notice) {
    return new NoticeResource(
        notice.id(), notice.title(), notice.body(), notice.author(), notice.createdAt());
  }

  public String path() {
    return "/notices/" + id;
  }
}
