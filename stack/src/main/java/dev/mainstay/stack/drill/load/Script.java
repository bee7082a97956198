package dev.mainstay.stack.drill.load;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * What one client asks, one request after the other: the same seed, the same questions. Keys and
 * marks hold the run's name too, so that the same seed may be used twice on one board.
 */
final class Script {

  private static final String[] WORDS = {
    "tide", "harbour", "lamp", "rope", "anchor", "chart", "signal", "north", "sail", "keel"
  };

  /**
   * A request before it is sent.
   *
   * @param text in ASCII
   */
  record Line(Optional<Request.Post> post, String text) {}

  private final String run;
  private final int client;
  private final boolean writes;
  private final RandomGenerator random;
  private int number;

  Script(String run, int client, boolean writes, RandomGenerator random) {
    this.run = run;
    this.client = client;
    this.writes = writes;
    this.random = random;
  }

  Line next(String cookies) {
    if (writes) {
      return post(cookies);
    }
    return random.nextInt(5) == 0 ? read("/", cookies) : page(cookies);
  }

  /** Another notice. */
  Line post(String cookies) {
    number++;
    String mark = "%s-%d-%d".formatted(run, client, number);
    return write(new Request.Post(mark, key(mark)), cookies);
  }

  /** The newest notices. */
  Line page(String cookies) {
    return read("/api/notices?page=0&size=10", cookies);
  }

  /** One notice. */
  Line notice(String id, String cookies) {
    return read("/api/notices/" + id, cookies);
  }

  private static Line read(String path, String cookies) {
    return new Line(Optional.empty(), head("GET", path, cookies, ""));
  }

  /** The same post under another key. */
  Line again(Request.Post post, String cookies) {
    return write(new Request.Post(post.mark(), key(post.mark() + " again")), cookies);
  }

  private static UUID key(String mark) {
    return UUID.nameUUIDFromBytes(mark.getBytes(StandardCharsets.UTF_8));
  }

  private Line write(Request.Post post, String cookies) {
    StringBuilder text = new StringBuilder("Posted by a drill:");
    int words = 3 + random.nextInt(20);
    for (int word = 0; word < words; word++) {
      text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
    }
    String body =
        "{\"title\":\"Drill %s\",\"body\":\"%s %s.\",\"author\":\"Client %d\"}"
            .formatted(post.mark(), text, post.mark(), client);
    return new Line(
        Optional.of(post),
        head(
                "POST",
                "/api/notices",
                cookies,
                "Content-Type: application/json\r\nContent-Length: %d\r\nIdempotency-Key: %s\r\n"
                    .formatted(body.length(), post.key()))
            + body);
  }

  private static String head(String method, String path, String cookies, String further) {
    return "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: mainstay-drill\r\nAccept: */*\r\n%s%s\r\n"
        .formatted(
            method, path, cookies.isEmpty() ? "" : "Cookie: %s\r\n".formatted(cookies), further);
  }
}
