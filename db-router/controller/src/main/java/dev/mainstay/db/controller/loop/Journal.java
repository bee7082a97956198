package dev.mainstay.db.controller.loop;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.controller.loop.Event.Kind;
import dev.mainstay.db.controller.loop.Event.News;
import dev.mainstay.db.controller.plan.Strategy.Vacancy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells what changed between two pictures: one piece of news each, saying who, from what to what,
 * why, and how long the former state lasted. Says nothing when nothing changed; a lag or a GTID
 * that moves is no change. Nor is another reason, but for one that asks to check a setting: that is
 * told once.
 */
final class Journal {

  /**
   * @param checked whether it was told that a setting is to be checked
   */
  private record Standing(Role role, boolean writable, Instant since, boolean checked) {
    private String words() {
      return writable ? role + " writable" : role.toString();
    }
  }

  /** What is waited for no longer than this is not worth a line. */
  private static final Duration PASSING = Duration.ofSeconds(1);

  private final Map<NodeId, Standing> standings = new HashMap<>();
  private Optional<EpochRecord> epoch = Optional.empty();
  private Optional<Vacancy> vacancy = Optional.empty();

  /** The last term of office of which it was told that its primary is open: primary and epoch. */
  private Optional<EpochRecord> opened = Optional.empty();

  private Instant waitingSince = Instant.EPOCH;

  /** The latest reason to wait, and since when it is the same. */
  private String reason = "";

  private Instant reasonSince = Instant.EPOCH;
  private Optional<String> told = Optional.empty();

  /** The news of this picture. */
  List<News> after(Picture picture) {
    List<News> news = new ArrayList<>();
    Instant now = picture.at();
    if (standings.isEmpty()) {
      waitingSince = now;
    }
    vacant(picture, news);
    for (NodeState node : picture.topology().nodes()) {
      standing(node, now, news);
    }
    picture.topology().epoch().ifPresent(record -> epoch(record, news));
    open(picture, news);
    wait(picture.waiting(), now).ifPresent(news::add);
    return news;
  }

  private void vacant(Picture picture, List<News> news) {
    Optional<Vacancy> now = picture.vacancy();
    if (now.isPresent() && vacancy.isEmpty()) {
      news.add(News.of(Kind.VACANT, "the office is vacant: " + now.get().why()));
    }
    if (now.isPresent()) {
      vacancy = now;
    }
  }

  private void standing(NodeState node, Instant now, List<News> news) {
    NodeId id = node.address().id();
    Standing before = standings.get(id);
    boolean check = Reasons.asksToCheck(node.why());
    if (before != null && before.role() == node.role() && before.writable() == node.writable()) {
      if (check && !before.checked()) {
        standings.put(id, new Standing(before.role(), before.writable(), before.since(), true));
        Duration lasts = Duration.between(before.since(), now);
        String text = "%s is %s%s".formatted(id, words(node), because(node));
        news.add(News.of(Kind.LOST, id, text, lasts));
      }
      return;
    }
    standings.put(id, new Standing(node.role(), node.writable(), now, check));
    Kind kind =
        switch (node.role()) {
          case REPLICA, PRIMARY -> Kind.JOINED;
          case QUARANTINED -> Kind.QUARANTINED;
          case STALE_PRIMARY, UNREACHABLE -> Kind.LOST;
        };
    Instant since = before == null ? now : before.since();
    String text =
        before == null
            ? "%s is %s%s".formatted(id, words(node), because(node))
            : "%s: %s -> %s%s, after %s"
                .formatted(id, before.words(), words(node), because(node), lasted(since, now));
    news.add(News.of(kind, id, text, Duration.between(since, now)));
  }

  private void epoch(EpochRecord record, List<News> news) {
    if (epoch.filter(record::equals).isPresent()) {
      return;
    }
    long before = epoch.map(EpochRecord::epoch).orElse(0L);
    epoch = Optional.of(record);
    news.add(
        new News(
            Kind.ACKERS,
            Optional.of(record.epoch()),
            Optional.of(record.primary()),
            "epoch %d -> %s".formatted(before, record),
            Optional.empty()));
  }

  /** Also a primary that was opened again is told of: under a record not told of, or vacant. */
  private void open(Picture picture, List<News> news) {
    Optional<NodeState> primary = picture.topology().primary();
    Optional<EpochRecord> record = picture.topology().epoch();
    if (primary.isEmpty() || record.isEmpty()) {
      return;
    }
    boolean other = opened.filter(o -> o.primary().equals(record.get().primary())).isEmpty();
    if (!other && vacancy.isEmpty()) {
      opened = record;
      return;
    }
    Instant since = vacancy.map(Vacancy::since).orElse(picture.at());
    Duration took = Duration.between(since, picture.at());
    boolean first = opened.isEmpty() && vacancy.isEmpty();
    opened = record;
    vacancy = Optional.empty();
    news.add(
        new News(
            Kind.PRIMARY,
            Optional.of(record.get().epoch()),
            Optional.of(record.get().primary()),
            first
                ? "%s is the primary".formatted(record.get().primary())
                : "%s is open as the primary, %d ms after the office was vacant"
                    .formatted(record.get().primary(), took.toMillis()),
            Optional.of(took)));
  }

  private Optional<News> wait(Optional<String> why, Instant now) {
    if (why.isEmpty()) {
      boolean wasTold = told.isPresent();
      String line = "waits no more, after " + lasted(waitingSince, now);
      told = Optional.empty();
      reason = "";
      waitingSince = now;
      return wasTold ? Optional.of(News.of(Kind.WAITING, line)) : Optional.empty();
    }
    if (!why.get().equals(reason)) {
      reasonSince = reason.isEmpty() ? waitingSince : now;
      reason = why.get();
    }
    if (told.equals(why) || Duration.between(reasonSince, now).compareTo(PASSING) <= 0) {
      return Optional.empty();
    }
    told = why;
    return Optional.of(News.of(Kind.WAITING, "waits: " + reason));
  }

  private static String words(NodeState node) {
    return new Standing(node.role(), node.writable(), Instant.EPOCH, false).words();
  }

  private static String because(NodeState node) {
    return node.why().isEmpty() ? "" : " (%s)".formatted(node.why());
  }

  private static String lasted(Instant from, Instant to) {
    return "%.1f s".formatted(Duration.between(from, to).toMillis() / 1000.0);
  }
}
