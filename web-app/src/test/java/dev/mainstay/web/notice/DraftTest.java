package dev.mainstay.web.notice;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DraftTest {

  private static final Validator VALIDATOR =
      Validation.buildDefaultValidatorFactory().getValidator();

  @Test
  void textIsTidied() {
    var draft = new NoticeDraft("  A title ", "one\r\ntwo\rthree\n", "\tAda ");

    assertThat(draft).isEqualTo(new NoticeDraft("A title", "one\ntwo\nthree", "Ada"));
  }

  @Test
  void emptyFieldsAreNamedOnceEach() {
    assertThat(wrongFields(new NoticeDraft(" ", "\n", "")))
        .containsExactly("author", "body", "title");
  }

  @Test
  void emojiLinesAndTabsAreText() {
    assertThat(wrongFields(new NoticeDraft("Cake 🍰 – für alle", "a\n\tb 👩‍👩‍👧", "Zoë")))
        .isEmpty();
  }

  @Test
  void limitsAreInclusive() {
    assertThat(wrongFields(new NoticeDraft("t".repeat(120), "b".repeat(5000), "a".repeat(60))))
        .isEmpty();
    assertThat(wrongFields(new NoticeDraft("t".repeat(121), "b".repeat(5001), "a".repeat(61))))
        .containsExactly("author", "body", "title");
  }

  @Test
  void controlCharactersAndHalvesOfPairsAreNoText() {
    assertThat(wrongFields(new NoticeDraft("a\u0000b", "c\u0007d", "e\ud83cf")))
        .containsExactly("author", "body", "title");
    assertThat(wrongFields(new NoticeDraft("a\nb", "c", "d\te")))
        .containsExactly("author", "title");
  }

  @Test
  void aCommentBelongsToItsNotice() {
    var draft = new CommentDraft("Count me in!", "Ada");

    assertThat(draft.fingerprint(new UUID(0, 1))).isNotEqualTo(draft.fingerprint(new UUID(0, 2)));
  }

  private static List<String> wrongFields(Object draft) {
    return VALIDATOR.validate(draft).stream()
        .map(violation -> violation.getPropertyPath().toString())
        .sorted()
        .toList();
  }
}
