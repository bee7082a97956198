package dev.mainstay.web.seed;

import dev.mainstay.web.config.WebProperties;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Writes the made-up notices, a batch a transaction.
 *
 * <p>One row counts how many there are, and is locked and moved on in the very transaction that
 * writes a batch. So several instances may seed at once (they take turns), an instance may die at
 * any point, a commit may go unanswered: each notice is written once. The first to come fixes how
 * many are wanted, their texts and their times.
 */
@Component
class SeedBatches {

  private static final int BATCH = 500;

  /** A statement's. */
  private static final int ROWS = 100;

  /** The made-up notices lie this far apart: ten thousand of them go back ten months. */
  private static final Duration APART = Duration.ofMinutes(43);

  private final JdbcTemplate jdbc;

  SeedBatches(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * What one call did.
   *
   * @param written how many notices it wrote
   * @param done how many there are now
   * @param wanted how many there are to be in the end
   */
  record Batch(int written, int done, int wanted) {

    boolean isLast() {
      return done >= wanted;
    }
  }

  /** The one row of the table {@code seeding}. */
  private record Progress(int done, int wanted, long random, Instant newestAt) {}

  /**
   * Writes the next batch, if one is left.
   *
   * @param newestAt the time of the newest made-up notice, if this is the very first batch
   */
  @Transactional
  Batch next(WebProperties.Seed seed, Instant newestAt) {
    jdbc.update(
        "insert ignore into seeding (id, wanted, random, done, newest_at) values (1, ?, ?, 0, ?)",
        seed.notices(),
        seed.random(),
        utc(newestAt));
    Progress progress = lockProgress();
    int until = Math.min(progress.done() + BATCH, progress.wanted());
    if (until > progress.done()) {
      write(progress, until);
      jdbc.update("update seeding set done = ? where id = 1", until);
    }
    return new Batch(until - progress.done(), until, progress.wanted());
  }

  private Progress lockProgress() {
    return jdbc.query(
            "select done, wanted, random, newest_at from seeding where id = 1 for update",
            (row, number) ->
                new Progress(
                    row.getInt(1),
                    row.getInt(2),
                    row.getLong(3),
                    row.getObject(4, LocalDateTime.class).toInstant(ZoneOffset.UTC)))
        .getFirst();
  }

  private void write(Progress from, int until) {
    var texts = new SeedTexts(from.random());
    List<Object[]> notices = new ArrayList<>();
    List<Object[]> comments = new ArrayList<>();
    for (int number = from.done(); number < until; number++) {
      SeedTexts.Made made = texts.notice(number);
      // The first is the oldest, so that ids and times both grow from batch to batch.
      Instant at = from.newestAt().minus(APART.multipliedBy((long) from.wanted() - 1 - number));
      var dice = new SplittableRandom(from.random() + number);
      byte[] id = uuid7(at, dice);
      notices.add(new Object[] {id, made.title(), made.body(), made.author(), utc(at)});
      for (int i = 0; i < made.comments().size(); i++) {
        Instant said = at.plus(Duration.ofMinutes(7L * (i + 1)));
        comments.add(
            new Object[] {
              uuid7(said, dice), id, made.comments().get(i), made.by().get(i), utc(said)
            });
      }
    }
    insert("insert into notice (version, id, title, body, author, created_at) values ", notices);
    insert(
        "insert into comment (version, id, notice_id, body, author, created_at) values ", comments);
  }

  /** Many rows a statement: a round trip for each would be most of the time. */
  private void insert(String into, List<Object[]> rows) {
    for (int from = 0; from < rows.size(); from += ROWS) {
      List<Object[]> some = rows.subList(from, Math.min(from + ROWS, rows.size()));
      jdbc.update(
          into + String.join(",", Collections.nCopies(some.size(), "(0, ?, ?, ?, ?, ?)")),
          some.stream().flatMap(Arrays::stream).toArray());
    }
  }

  /**
   * A UUID of version 7 (RFC 9562) for a time of choice; Hibernate's generator knows the present
   * only.
   */
  private static byte[] uuid7(Instant at, SplittableRandom dice) {
    return ByteBuffer.allocate(16)
        .putLong(at.toEpochMilli() << 16 | 0x7000 | dice.nextInt(0x1000))
        .putLong(dice.nextLong() >>> 2 | 0x8000_0000_0000_0000L)
        .array();
  }

  /**
   * As the text that is stored: no time zone of this machine, the driver or the session has a say.
   */
  private static LocalDateTime utc(Instant instant) {
    return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
  }
}
