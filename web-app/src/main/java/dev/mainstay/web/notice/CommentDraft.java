package dev.mainstay.web.notice;

import dev.mainstay.web.idempotency.Fingerprint;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.UUID;

/** A comment as somebody wrote it, before it is on the board. */
record CommentDraft(
    @NotEmpty(message = "A comment needs a text.") @Size(max = 2000, message = "A comment has at most {max} characters.") @Pattern(regexp = Text.LINES, message = "A comment holds readable characters only.") String body,
    @NotEmpty(message = "A comment needs a name to stand under it.") @Size(max = 60, message = "A name has at most {max} characters.") @Pattern(regexp = Text.ONE_LINE, message = "A name is one line of readable characters.") String author) {

  static final CommentDraft BLANK = new CommentDraft("", "");

  CommentDraft {
    body = Text.tidy(body);
    author = Text.tidy(author);
  }

  Fingerprint fingerprint(UUID noticeId) {
    return Fingerprint.of("comment", noticeId.toString(), body, author);
  }
}
