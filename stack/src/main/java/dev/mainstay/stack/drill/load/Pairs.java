package dev.mainstay.stack.drill.load;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A client that posts a notice and asks for it at once, again and again until another instance has
 * answered than the one that took the post. After every fourth pair it asks once more for the
 * newest notice that it has seen, whoever wrote that, and looks what the newest is now: the site
 * answers that at some cost, and is to be busy with the pairs.
 */
public final class Pairs {

  /** Of two instances that take turns the other one answers far sooner. */
  private static final int MOST_READS = 20;

  /** So many pairs for each look at the newest. */
  private static final int PAIRS_PER_LOOK = 4;

  private final Client client;
  private final Script script;
  private final boolean keepsToken;
  private final Consumer<Request> log;
  private final Runnable done;
  private Optional<String> newest = Optional.empty();
  private Tally tally = Tally.NONE;

  /**
   * What came of it.
   *
   * @param pairs posts that another instance was asked for
   * @param stale reads that did not show what their client had written
   * @param backwards reads that did not show what their client had seen before
   */
  public record Tally(int pairs, int stale, int backwards) {

    static final Tally NONE = new Tally(0, 0, 0);

    Tally plus(Tally other) {
      return new Tally(pairs + other.pairs, stale + other.stale, backwards + other.backwards);
    }
  }

  /**
   * @param keepsToken whether it sends back what the site has it remember, as browsers do
   * @param log is told of each request but those that find nothing
   * @param done is told of each pair
   */
  Pairs(Client client, Script script, boolean keepsToken, Consumer<Request> log, Runnable done) {
    this.client = client;
    this.script = script;
    this.keepsToken = keepsToken;
    this.log = log;
    this.done = done;
  }

  /** Goes on for as long as it is wanted to. */
  Tally run(BooleanSupplier wanted) {
    try {
      for (int pair = 1; wanted.getAsBoolean(); pair++) {
        pair();
        if (pair % PAIRS_PER_LOOK == 0) {
          lookAround();
        }
      }
    } finally {
      client.close();
    }
    return tally;
  }

  private void pair() {
    Client.Exchange posted = client.send(script.post(cookies()));
    log.accept(posted.request());
    Optional<String> id = posted.json().flatMap(notice -> notice.path("id").asStringOpt());
    if (posted.request().fate() != Fate.ACKNOWLEDGED || id.isEmpty()) {
      return;
    }
    for (int read = 0; read < MOST_READS; read++) {
      Client.Exchange asked = ask(id.get());
      if (asked.isMissing()) {
        tally = tally.plus(new Tally(0, 1, 0));
      }
      if (!asked.request().servedBy().equals(posted.request().servedBy())) {
        tally = tally.plus(new Tally(1, 0, 0));
        done.run();
        return;
      }
    }
  }

  private void lookAround() {
    if (newest.filter(id -> ask(id).isMissing()).isPresent()) {
      tally = tally.plus(new Tally(0, 0, 1));
    }
    Client.Exchange page = client.send(script.page(cookies()));
    log.accept(page.request());
    newest = page.json().flatMap(list -> list.path("content").path(0).path("id").asStringOpt());
  }

  private Client.Exchange ask(String id) {
    Client.Exchange asked = client.send(script.notice(id, cookies()));
    if (!asked.isMissing()) {
      log.accept(asked.request());
    }
    return asked;
  }

  private String cookies() {
    return keepsToken ? client.cookies() : "";
  }
}
