package dev.mainstay.gateway.watch;

import dev.mainstay.gateway.upstream.Change;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in the stack, for the timeline.
 *
 * @param who gateway or controller that saw or did it
 * @param what the kind: of a gateway {@code health}, {@code weight} …, of a controller {@code
 *     PRIMARY}, {@code LEADER} …
 * @param about the server, pool or node; null if it is about none
 * @param text what it was, in words
 * @param why null where the text says it
 * @param millis how long what it ends lasted, or how long it took; null if not known
 */
public record Entry(
    Instant at,
    String who,
    String what,
    @Nullable String about,
    String text,
    @Nullable String why,
    @Nullable Long millis) {

  static Entry of(String gateway, Change change) {
    String server = change.server();
    return new Entry(
        change.at(),
        gateway,
        change.what(),
        server == null ? change.pool() : server,
        "%s %s → %s".formatted(change.what(), change.from(), change.to()),
        "%s: %s".formatted(change.who(), change.why()),
        change.lasted() == null ? null : change.lasted().toMillis());
  }
}
