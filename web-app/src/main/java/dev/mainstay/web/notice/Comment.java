package dev.mainstay.web.notice;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.UuidGenerator;
import org.jspecify.annotations.Nullable;

/** What somebody said below a notice. */
@Entity
class Comment {

  @Id
  @UuidGenerator(style = UuidGenerator.Style.VERSION_7)
  private UUID id;

  @Version private @Nullable Integer version;

  @Column(updatable = false)
  private UUID noticeId;

  private String body;
  private String author;

  @Column(updatable = false)
  private Instant createdAt;

  @SuppressWarnings("NullAway.Init") // JPA fills the fields
  protected Comment() {}

  @SuppressWarnings("NullAway.Init") // JPA gives the id when the comment is saved
  Comment(UUID noticeId, CommentDraft draft, Instant createdAt) {
    this.noticeId = noticeId;
    this.body = draft.body();
    this.author = draft.author();
    this.createdAt = createdAt;
  }

  UUID id() {
    return id;
  }

  UUID noticeId() {
    return noticeId;
  }

  String body() {
    return body;
  }

  String author() {
    return author;
  }

  Instant createdAt() {
    return createdAt;
  }
}
