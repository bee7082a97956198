package dev.mainstay.stack.drill.check;

import dev.mainstay.stack.drill.load.Outcome;
import dev.mainstay.stack.drill.load.Request;
import dev.mainstay.stack.drill.watch.Copy;
import dev.mainstay.stack.drill.watch.Event;
import dev.mainstay.stack.drill.watch.Sample;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;

/** Made-up observations. Times are milliseconds since {@link #START}. */
public final class Given {

  public static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  private Given() {}

  public static Instant at(long millis) {
    return START.plusMillis(millis);
  }

  static UUID id(String mark) {
    return UUID.nameUUIDFromBytes(mark.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  public static Request acknowledged(String mark, long done) {
    return write(
        mark,
        done,
        new Outcome.Answered(201, Optional.empty(), Optional.of(id(mark).toString()), "web-1"));
  }

  static Request refused(String mark, long done) {
    return write(
        mark, done, new Outcome.Answered(503, Optional.of("refused"), Optional.empty(), "web-1"));
  }

  public static Request unknown(String mark, long done) {
    return write(
        mark, done, new Outcome.Answered(503, Optional.of("unknown"), Optional.empty(), "web-1"));
  }

  private static Request write(String mark, long done, Outcome outcome) {
    return new Request(
        1, Optional.of(new Request.Post(mark, id("key " + mark))), at(done - 5), at(done), outcome);
  }

  public static Request read(long done) {
    return read(done, "web-1");
  }

  static Request read(long done, String by) {
    return new Request(
        9,
        Optional.empty(),
        at(done - 2),
        at(done),
        new Outcome.Answered(200, Optional.empty(), Optional.empty(), by));
  }

  /** A read that was sent so long before its connection broke. */
  static Request cutShort(long done, long took) {
    return new Request(
        9,
        Optional.empty(),
        at(done - took),
        at(done),
        new Outcome.NoAnswer("the connection ended before the answer did"));
  }

  /** A node with one row for each mark. */
  static Copy copy(String node, String... marks) {
    return new Copy(
        node,
        Stream.of(marks).map(mark -> new Copy.Row(mark, id(mark))).toList(),
        String.join(",", Stream.of(marks).sorted().toList()));
  }

  public static Event event(long at, String kind, String node, long epoch) {
    return new Event(
        at(at),
        "rt-1",
        kind,
        OptionalLong.of(epoch),
        Optional.of(node),
        kind,
        OptionalLong.empty());
  }

  static Mark fault(long at, String node) {
    return new Mark(at(at), Mark.Kind.FAULT, node, "kill -9 " + node);
  }

  /** A look that took 2 ms. */
  static Sample look(String node, long at, Sample.Sight sight) {
    return new Sample(node, at(at), at(at + 2), Optional.of(sight));
  }

  static Sample silence(String node, long at) {
    return new Sample(node, at(at), at(at + 2), Optional.empty());
  }

  /** An open node that waits for acknowledgements and counts one acker. */
  static Sample.Sight waiting(long serverId, long epoch) {
    return new Sample.Sight(
        serverId,
        true,
        true,
        1,
        OptionalLong.empty(),
        OptionalLong.of(epoch),
        "db-" + serverId,
        "");
  }

  /** An open node that waits for nobody. */
  static Sample.Sight alone(long serverId, long epoch) {
    return new Sample.Sight(
        serverId,
        true,
        false,
        0,
        OptionalLong.empty(),
        OptionalLong.of(epoch),
        "db-" + serverId,
        "");
  }

  /** A closed node that acknowledges to {@code source}. */
  static Sample.Sight replica(long serverId, long source, long epoch) {
    return new Sample.Sight(
        serverId,
        false,
        false,
        0,
        OptionalLong.of(source),
        OptionalLong.of(epoch),
        "db-" + source,
        "");
  }

  /**
   * A drill of a second each before and after a fault at 1000, with enough load, in which nothing
   * went wrong.
   */
  public static Trial trial(List<Request> requests, List<Mark> marks, List<Event> events) {
    return new Trial(
        START,
        at(2000),
        requests,
        marks,
        events,
        List.of(),
        List.of(),
        Map.of(),
        List.of(),
        Optional.empty(),
        List.of());
  }
}
