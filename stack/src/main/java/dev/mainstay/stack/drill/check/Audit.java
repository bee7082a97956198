package dev.mainstay.stack.drill.check;

import dev.mainstay.stack.drill.load.Request;
import dev.mainstay.stack.drill.watch.Copy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What the clients were told, held against what is on every node.
 *
 * @param lost posts that were acknowledged and whose row is missing on some node
 * @param doubled posts of which some node has more than one row
 * @param wrong what else must not be, a sentence each: a refused post that is there, a row that
 *     nobody posted, nodes that differ
 */
public record Audit(int lost, int doubled, List<String> wrong) {

  private static final int SHOWN = 3;

  public Audit {
    wrong = List.copyOf(wrong);
  }

  /**
   * Compares the two.
   *
   * @param requests of this drill, all of them
   * @param copies of every node
   */
  public static Audit of(Collection<Request> requests, List<Copy> copies) {
    Map<String, Posted> posts = new HashMap<>();
    for (Request request : requests) {
      request
          .post()
          .ifPresent(post -> posts.computeIfAbsent(post.mark(), _ -> new Posted()).add(request));
    }
    Map<String, Set<String>> lost = new TreeMap<>();
    Set<String> doubled = new TreeSet<>();
    List<String> wrong = new ArrayList<>();
    for (Copy copy : copies) {
      Map<String, List<UUID>> rows =
          copy.rows().stream()
              .collect(
                  Collectors.groupingBy(
                      Copy.Row::mark, Collectors.mapping(Copy.Row::id, Collectors.toList())));
      Set<String> refused = new TreeSet<>();
      Set<String> unasked = new TreeSet<>();
      rows.forEach(
          (mark, ids) -> {
            if (ids.size() > 1) {
              doubled.add(mark);
            }
            Posted post = posts.get(mark);
            if (post == null) {
              unasked.add(mark);
            } else if (post.onlyRefused()) {
              refused.add(mark);
            }
          });
      posts.forEach(
          (mark, post) -> {
            if (!Set.copyOf(rows.getOrDefault(mark, List.of())).containsAll(post.ids)) {
              lost.computeIfAbsent(mark, _ -> new TreeSet<>()).add(copy.node());
            }
          });
      say(wrong, refused, "refused, and yet on " + copy.node());
      say(wrong, unasked, "on %s, and yet posted by nobody".formatted(copy.node()));
    }
    lost.entrySet().stream()
        .limit(SHOWN)
        .forEach(
            post ->
                wrong.add(
                    "%s was acknowledged, and is missing on %s"
                        .formatted(post.getKey(), String.join(", ", post.getValue()))));
    if (!agree(copies)) {
      wrong.add(
          "the nodes' rows differ: "
              + copies.stream()
                  .map(copy -> copy.node() + " has " + copy.checksum())
                  .collect(Collectors.joining(", ")));
    }
    return new Audit(lost.size(), doubled.size(), wrong);
  }

  private static void say(List<String> wrong, Set<String> marks, String what) {
    if (!marks.isEmpty()) {
      wrong.add(
          "%d %s %s: %s%s"
              .formatted(
                  marks.size(),
                  marks.size() == 1 ? "post was" : "posts were",
                  what,
                  marks.stream().limit(SHOWN).collect(Collectors.joining(", ")),
                  marks.size() > SHOWN ? ", …" : ""));
    }
  }

  /** All that was tried for one post. */
  private static final class Posted {

    private final Set<UUID> ids = new TreeSet<>();
    private boolean onlyRefused = true;

    void add(Request request) {
      switch (request.fate()) {
        case ACKNOWLEDGED -> {
          request.id().ifPresent(ids::add);
          onlyRefused = false;
        }
        case UNKNOWN, FAILED -> onlyRefused = false;
        case REFUSED -> {}
      }
    }

    boolean onlyRefused() {
      return onlyRefused;
    }
  }

  /** Whether every node holds what it must, and nothing else. */
  public boolean isClean() {
    return lost == 0 && doubled == 0 && wrong.isEmpty();
  }

  /** Whether all of them hold the same rows. */
  public static boolean agree(List<Copy> copies) {
    return copies.stream().map(Copy::checksum).distinct().count() <= 1;
  }
}
