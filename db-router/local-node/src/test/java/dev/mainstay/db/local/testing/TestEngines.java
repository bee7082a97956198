package dev.mainstay.db.local.testing;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.mainstay.db.local.Distribution;
import dev.mainstay.db.local.Distributions;
import dev.mainstay.db.local.EngineChoice;
import dev.mainstay.db.local.Finding;
import dev.mainstay.db.local.LocalEngine;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The engines that tests run on. One that cannot be had on this machine is skipped, unless {@code
 * MAINSTAY_REQUIRE_ENGINES=mysql,mariadb} names it: then its absence is a failure. {@code
 * MAINSTAY_TEST_ENGINES=mysql} limits a run to the engines it names.
 */
public final class TestEngines {

  private static final String REQUIRED = "MAINSTAY_REQUIRE_ENGINES";
  private static final String SELECTED = "MAINSTAY_TEST_ENGINES";

  private static final Map<LocalEngine, Finding> FOUND = new ConcurrentHashMap<>();

  private TestEngines() {}

  /**
   * The engine's programs, found or fetched once per JVM; skips or fails the test if they cannot be
   * had.
   */
  public static Distribution require(LocalEngine engine) {
    var required = named(REQUIRED);
    var name = name(engine);
    requireSelected(engine);
    var finding =
        FOUND.computeIfAbsent(
            engine,
            wanted ->
                Distributions.ofThisMachine().find(EngineChoice.of(wanted), System.err::println));
    return switch (finding) {
      case Finding.Found(var distribution) -> distribution;
      case Finding.Unavailable(var why) ->
          required.contains(name)
              ? fail("%s requires %s: %s".formatted(REQUIRED, name, why))
              : abort(why);
    };
  }

  /**
   * MariaDB 10.11; skips the test where this machine's own apt does not have it, whatever is
   * required.
   */
  static Distribution requireOldestMariadb() {
    requireSelected(LocalEngine.MARIADB);
    return switch (OldestMariadb.find()) {
      case Finding.Found(var distribution) -> distribution;
      case Finding.Unavailable(var why) -> abort(why);
    };
  }

  private static void requireSelected(LocalEngine engine) {
    var selected = named(SELECTED);
    var name = name(engine);
    if (!selected.isEmpty() && !selected.contains(name) && !named(REQUIRED).contains(name)) {
      abort("%s does not name %s".formatted(SELECTED, name));
    }
  }

  private static String name(LocalEngine engine) {
    return engine.name().toLowerCase(Locale.ROOT);
  }

  private static Set<String> named(String variable) {
    var names =
        Arrays.stream(System.getenv().getOrDefault(variable, "").split(","))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toUnmodifiableSet());
    var known = Arrays.stream(LocalEngine.values()).map(TestEngines::name).toList();
    names.stream()
        .filter(name -> !known.contains(name))
        .forEach(
            name -> {
              throw new IllegalStateException(
                  "%s names %s (expected: %s)".formatted(variable, name, known));
            });
    return names;
  }
}
