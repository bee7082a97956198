package dev.mainstay.web.notice;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.UuidGenerator;
import org.jspecify.annotations.Nullable;

/** A notice on the board. */
@Entity
class Notice {

  /** Grows with time, so that new rows join the end of the table. */
  @Id
  @UuidGenerator(style = UuidGenerator.Style.VERSION_7)
  private UUID id;

  @Version private @Nullable Integer version;

  private String title;
  private String body;
  private String author;

  @Column(updatable = false)
  private Instant createdAt;

  @SuppressWarnings("NullAway.Init") // JPA fills the fields
  protected Notice() {}

  @SuppressWarnings("NullAway.Init") // JPA gives the id when the notice is saved
  Notice(NoticeDraft draft, Instant createdAt) {
    this.title = draft.title();
    this.body = draft.body();
    this.author = draft.author();
    this.createdAt = createdAt;
  }

  UUID id() {
    return id;
  }

  String title() {
    return title;
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
