package dev.mainstay.stack.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecurringTest {

  private final List<String> journal = new ArrayList<>();
  private Runnable today = () -> {};

  private Recurring look() {
    return new Recurring("a look", () -> today.run(), journal::add);
  }

  @Test
  void anErrorIsToldAndNotThrown() {
    Recurring look = look();
    today =
        () -> {
          throw new AssertionError("odd");
        };

    assertThatCode(look::run).doesNotThrowAnyException();

    assertThat(journal).containsExactly("a look failed: java.lang.AssertionError: odd");
  }

  @Test
  void aFailureIsToldOnceForAsLongAsItLasts() {
    Recurring look = look();
    Runnable failing =
        () -> {
          throw new IllegalStateException("odd");
        };

    today = failing;
    look.run();
    look.run();
    today = () -> {};
    look.run();
    today = failing;
    look.run();

    assertThat(journal)
        .containsExactly(
            "a look failed: java.lang.IllegalStateException: odd",
            "a look failed: java.lang.IllegalStateException: odd");
  }

  @Test
  void aJournalThatFailsTooEndsNothingAndHearsOfItLater() {
    List<String> heard = new ArrayList<>();
    List<RuntimeException> full = new ArrayList<>(List.of(new IllegalStateException("disk full")));
    Recurring look =
        new Recurring(
            "a look",
            () -> {
              throw new IllegalStateException("odd");
            },
            line -> {
              if (!full.isEmpty()) {
                throw full.removeFirst();
              }
              heard.add(line);
            });

    assertThatCode(look::run).doesNotThrowAnyException();
    look.run();

    assertThat(heard).containsExactly("a look failed: java.lang.IllegalStateException: odd");
  }
}
