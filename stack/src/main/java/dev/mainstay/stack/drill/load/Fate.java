package dev.mainstay.stack.drill.load;

/** What became of a request, as far as its client can tell. Only one of these is a success. */
public enum Fate {
  /** Answered with 2xx in time: it was done, and must stay done. */
  ACKNOWLEDGED,
  /** A write that provably was not done: the answer says so, or it never left the client. */
  REFUSED,
  /** A write that may have been done or not; its key decides later. */
  UNKNOWN,
  /** A read that was not answered with 2xx in time. */
  FAILED;

  /**
   * The fate of a request. What is in doubt counts as unknown: only the site's own word, a client's
   * error (4xx) or the lack of a connection proves that a write was not done.
   */
  public static Fate of(boolean write, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Answered answered when answered.isSuccess() ->
          // Without an id nobody could look later whether it is there.
          write && answered.id().isEmpty() ? UNKNOWN : ACKNOWLEDGED;
      case Outcome.Answered _, Outcome.NotSent _, Outcome.NoAnswer _ when !write -> FAILED;
      case Outcome.Answered(int status, var told, var _, var _) ->
          told.filter("refused"::equals).isPresent() || (status >= 400 && status < 500)
              ? REFUSED
              : UNKNOWN;
      case Outcome.NotSent _ -> REFUSED;
      case Outcome.NoAnswer _ -> UNKNOWN;
    };
  }
}
