package dev.mainstay.db.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * A copy of MySQL under the user's cache, made of Debian's signed packages by the script {@code
 * private-mysql}, which also runs by hand.
 */
final class PrivateMysql {

  static final String SCRIPT = "private-mysql";

  /** Begins the script's last line where there can be no copy. */
  private static final String UNAVAILABLE = "a private MySQL cannot be had: ";

  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final Path cache;

  PrivateMysql(Path cache) {
    this.cache = cache;
  }

  /** The copy that is there, or a new one. */
  Finding find(Consumer<String> progress) {
    try {
      Files.createDirectories(cache);
      var script = Files.createTempFile(cache, "." + SCRIPT, null);
      try {
        try (InputStream text = PrivateMysql.class.getResourceAsStream(SCRIPT)) {
          if (text == null) {
            throw new IllegalStateException("the resource " + SCRIPT + " is missing");
          }
          Files.write(script, text.readAllBytes());
        }
        return judge(
            Invocation.of(
                List.of("sh", script.toString(), cache.toString()),
                cache,
                LIMIT,
                line -> {
                  if (!line.startsWith("/") && !line.startsWith(UNAVAILABLE)) {
                    progress.accept(line);
                  }
                }));
      } finally {
        Files.deleteIfExists(script);
      }
    } catch (IOException broken) {
      return new Finding.Unavailable(UNAVAILABLE + Folders.explain(broken));
    }
  }

  private static Finding judge(Invocation fetching) {
    var last = fetching.lastLine();
    if (!fetching.succeeded()) {
      return new Finding.Unavailable(last.startsWith(UNAVAILABLE) ? last : UNAVAILABLE + last);
    }
    var home = Path.of(last);
    var program = home.resolve("mysqld");
    return switch (InstalledMysql.judge(program)) {
      case InstalledMysql.Verdict.Usable(var version) ->
          new Finding.Found(
              new Distribution(LocalEngine.MYSQL, version, program, home, "private copy"));
      case InstalledMysql.Verdict.Refused(var why) -> new Finding.Unavailable(why);
    };
  }
}
