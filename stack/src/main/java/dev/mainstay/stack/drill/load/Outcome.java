package dev.mainstay.stack.drill.load;

import java.util.Optional;

/** What a client saw of one request. */
public sealed interface Outcome {

  /** In words. */
  default String text() {
    return switch (this) {
      case Answered(int status, Optional<String> told, var _, var _) ->
          "HTTP %d%s".formatted(status, told.map(word -> ", " + word).orElse(""));
      case NotSent(String why) -> "not sent: " + why;
      case NoAnswer(String why) -> "no answer: " + why;
    };
  }

  /**
   * An answer came in time.
   *
   * @param told the header {@code Mainstay-Outcome}
   * @param id of the resource in the body, if there is one
   * @param by the server behind the gateway; empty if nobody told
   */
  record Answered(int status, Optional<String> told, Optional<String> id, String by)
      implements Outcome {

    boolean isSuccess() {
      return status >= 200 && status < 300;
    }
  }

  /** No connection came about, so that nothing was sent. */
  record NotSent(String why) implements Outcome {}

  /** Sent, perhaps in part; no whole answer in time. */
  record NoAnswer(String why) implements Outcome {}
}
