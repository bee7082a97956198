package dev.mainstay.db.local;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where database servers are looked for: MySQL 8.4 or newer under {@code MAINSTAY_MYSQL_HOME} or on
 * the {@code PATH}, else a private copy in the cache, else the embedded MariaDB. What is missing is
 * fetched, once.
 */
public final class Distributions {

  /** The environment variable that names the folder of a MySQL installation. */
  public static final String MYSQL_HOME = "MAINSTAY_MYSQL_HOME";

  private final Map<String, String> environment;
  private final PrivateMysql privateMysql;
  private final EmbeddedMariadb embeddedMariadb;

  /**
   * @param environment of which {@code PATH} and {@code MAINSTAY_MYSQL_HOME} are read
   * @param cache the folder for what is fetched
   * @param localRepository Maven's, looked into before Maven is asked
   * @param platform the operating system and the architecture, as in {@code Linux amd64}
   */
  Distributions(
      Map<String, String> environment, Path cache, Path localRepository, String platform) {
    this.environment = Map.copyOf(environment);
    this.privateMysql = new PrivateMysql(cache);
    this.embeddedMariadb = new EmbeddedMariadb(cache, localRepository, platform);
  }

  /**
   * This machine, with the user's environment and cache ({@code
   * ${XDG_CACHE_HOME:-~/.cache}/mainstay}).
   */
  public static Distributions ofThisMachine() {
    var environment = System.getenv();
    var home = Path.of(System.getProperty("user.home"));
    var xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    var cache = xdg.isBlank() ? home.resolve(".cache") : Path.of(xdg);
    var repository =
        Optional.ofNullable(System.getProperty("maven.repo.local"))
            .map(Path::of)
            .orElse(home.resolve(".m2/repository"));
    var platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    return new Distributions(
        environment, cache.resolve("mainstay").toAbsolutePath(), repository, platform);
  }

  /**
   * Finds or fetches what was chosen. This can take minutes the first time.
   *
   * @param progress gets a sentence whenever something takes long or is passed over
   */
  public Finding find(EngineChoice choice, Consumer<String> progress) {
    return switch (choice) {
      case MYSQL -> mysql(progress);
      case MARIADB -> embeddedMariadb.find(progress);
      case AUTO -> auto(progress);
    };
  }

  private Finding auto(Consumer<String> progress) {
    return switch (mysql(progress)) {
      case Finding.Found found -> found;
      case Finding.Unavailable(var why) when named().isPresent() -> new Finding.Unavailable(why);
      case Finding.Unavailable(var why) -> {
        progress.accept(why + "; using the embedded MariaDB");
        yield switch (embeddedMariadb.find(progress)) {
          case Finding.Found found -> found;
          case Finding.Unavailable(var whyNeither) ->
              new Finding.Unavailable(why + "; and " + whyNeither);
        };
      }
    };
  }

  private Finding mysql(Consumer<String> progress) {
    var named = named();
    if (named.isPresent()) {
      return underNamedHome(named.get());
    }
    var onPath = InstalledMysql.onPath(environment.getOrDefault("PATH", ""));
    if (onPath.isEmpty()) {
      return privateMysql.find(progress);
    }
    var program = onPath.get();
    return switch (InstalledMysql.judge(program)) {
      case InstalledMysql.Verdict.Usable(var version) ->
          found(version, program, program.resolveSibling(""), "on the PATH");
      case InstalledMysql.Verdict.Refused(var why) -> {
        progress.accept(why + "; using a private copy of MySQL instead");
        yield switch (privateMysql.find(progress)) {
          case Finding.Found found -> found;
          case Finding.Unavailable(var whyNot) -> new Finding.Unavailable(why + "; " + whyNot);
        };
      }
    };
  }

  private static Finding underNamedHome(Path home) {
    var program = InstalledMysql.under(home);
    if (program.isEmpty()) {
      return new Finding.Unavailable(
          "%s names %s, but there is no mysqld in it".formatted(MYSQL_HOME, home));
    }
    return switch (InstalledMysql.judge(program.get())) {
      case InstalledMysql.Verdict.Usable(var version) ->
          found(version, program.get(), home, "from " + MYSQL_HOME);
      case InstalledMysql.Verdict.Refused(var why) ->
          new Finding.Unavailable(
              "%s names an installation of which %s".formatted(MYSQL_HOME, why));
    };
  }

  private static Finding found(EngineVersion version, Path program, Path home, String origin) {
    return new Finding.Found(new Distribution(LocalEngine.MYSQL, version, program, home, origin));
  }

  private Optional<Path> named() {
    var home = environment.getOrDefault(MYSQL_HOME, "");
    return home.isBlank() ? Optional.empty() : Optional.of(Path.of(home).toAbsolutePath());
  }
}
