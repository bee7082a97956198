package dev.mainstay.web.notice;

import dev.mainstay.web.idempotency.Fingerprint;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;

/** A notice as somebody wrote it, before it is on the board. */
record NoticeDraft(
    @NotEmpty(message = "A notice needs a title.") @Size(max = 120, message = "A title has at most {max} characters.") @Pattern(regexp = Text.ONE_LINE, message = "A title is one line of readable characters.") String title,
    @NotEmpty(message = "A notice needs a text.") @Size(max = 5000, message = "A text has at most {max} characters.") @Pattern(regexp = Text.LINES, message = "A text holds readable characters only.") String body,
    @NotEmpty(message = "A notice needs a name to stand under it.") @Size(max = 60, message = "A name has at most {max} characters.") @Pattern(regexp = Text.ONE_LINE, message = "A name is one line of readable characters.") String author) {

  static final NoticeDraft BLANK = new NoticeDraft("", "", "");

  NoticeDraft {
    title = Text.tidy(title);
    body = Text.tidy(body);
    author = Text.tidy(author);
  }

  Fingerprint fingerprint() {
    return Fingerprint.of("notice", title, body, author);
  }
}
