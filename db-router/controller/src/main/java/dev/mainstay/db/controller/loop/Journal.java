package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells what changed between two pictures: one line each, saying who, from what to what, why, and
 * how long the former state lasted. Says nothing when nothing changed; a lag or a GTID that moves
 * is no change.
 */
final class Journal {

  private record Standing(Role role, boolean writable, Instant since) {
    private String words() {
      return writable ? role + " writable" : role.toString();
    }
  }

  /** What is waited for no longer than this is not worth a line. */
  private static final Duration PASSING = Duration.ofSeconds(1);

  private final Map<NodeId, Standing> standings = new HashMap<>();
  private long epoch;
  private Instant waitingSince = Instant.EPOCH;

  /** The latest reason to wait, and since when it is the same. */
  private String reason = "";

  private Instant reasonSince = Instant.EPOCH;
  private Optional<String> told = Optional.empty();

  /** The lines to log after this picture. */
  List<String> after(Picture picture) {
    List<String> lines = new ArrayList<>();
    Instant now = picture.at();
    if (standings.isEmpty()) {
      waitingSince = now;
    }
    for (NodeState node : picture.topology().nodes()) {
      NodeId id = node.address().id();
      Standing before = standings.get(id);
      if (before == null) {
        lines.add("%s is %s%s".formatted(id, words(node), because(node)));
        standings.put(id, new Standing(node.role(), node.writable(), now));
      } else if (before.role() != node.role() || before.writable() != node.writable()) {
        lines.add(
            "%s: %s -> %s%s, after %s"
                .formatted(
                    id, before.words(), words(node), because(node), lasted(before.since(), now)));
        standings.put(id, new Standing(node.role(), node.writable(), now));
      }
    }
    picture
        .topology()
        .epoch()
        .filter(e -> e.epoch() != epoch)
        .ifPresent(
            e -> {
              lines.add("epoch %d -> %d, primary %s".formatted(epoch, e.epoch(), e.primary()));
              epoch = e.epoch();
            });
    wait(picture.waiting(), now).ifPresent(lines::add);
    return lines;
  }

  private Optional<String> wait(Optional<String> why, Instant now) {
    if (why.isEmpty()) {
      boolean wasTold = told.isPresent();
      String line = "waits no more, after " + lasted(waitingSince, now);
      told = Optional.empty();
      reason = "";
      waitingSince = now;
      return wasTold ? Optional.of(line) : Optional.empty();
    }
    if (!why.get().equals(reason)) {
      reasonSince = reason.isEmpty() ? waitingSince : now;
      reason = why.get();
    }
    if (told.equals(why) || Duration.between(reasonSince, now).compareTo(PASSING) <= 0) {
      return Optional.empty();
    }
    told = why;
    return Optional.of("waits: " + reason);
  }

  private static String words(NodeState node) {
    return new Standing(node.role(), node.writable(), Instant.EPOCH).words();
  }

  private static String because(NodeState node) {
    return node.why().isEmpty() ? "" : " (%s)".formatted(node.why());
  }

  private static String lasted(Instant from, Instant to) {
    return "%.1f s".formatted(Duration.between(from, to).toMillis() / 1000.0);
  }
}
