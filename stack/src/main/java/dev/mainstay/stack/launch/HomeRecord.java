package dev.mainstay.stack.launch;

import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Json;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What the data of a home was made with ({@code home.json}).
 *
 * @param format Mainstay's layout of a home
 * @param engine {@code mysql} or {@code mariadb}
 * @param engineVersion of the newest server that wrote the data, such as {@code 9.7.4}
 */
record HomeRecord(int format, String engine, String engineVersion) {

  /** The layout that this version reads and writes. */
  static final int FORMAT = 1;

  private static final Set<String> ENGINES = Set.of("mysql", "mariadb");

  static Optional<HomeRecord> read(Home home) {
    return Home.read(home.record())
        .map(
            text -> {
              try {
                JsonNode told = Json.MAPPER.readTree(text);
                int format = told.path("format").asInt(0);
                checkFormat(home, format);
                String engine = told.path("engine").asString("");
                String version = told.path("engineVersion").asString("");
                if (!ENGINES.contains(engine) || version.isEmpty()) {
                  throw damaged(
                      home,
                      "engine is '%s' and its version '%s' (expected: mysql or mariadb, and a version such as 9.7.4)"
                          .formatted(engine, version));
                }
                return new HomeRecord(format, engine, version);
              } catch (JacksonException unreadable) {
                throw damaged(home, "it is no JSON");
              }
            });
  }

  private static Problem damaged(Home home, String why) {
    return new Problem(
        "%s does not say what the data beside it was made with: %s. Put it right, or name another folder with --home."
            .formatted(home.record(), why));
  }

  private static void checkFormat(Home home, int format) {
    if (format != FORMAT) {
      throw new Problem(
          "%s was made by another version of Mainstay (home format %d, this one reads %d). Use that version, or name another folder with --home, or drop the data with `mainstay down --wipe`."
              .formatted(home.folder(), format, FORMAT));
    }
  }

  /** Refuses the other engine. */
  void checkEngine(Home home, String other) {
    if (!engine.equals(other)) {
      throw new Problem(
          "%s holds data of %s, which %s cannot read. Start it with --db %s, or name another folder with --home."
              .formatted(home.folder(), label(engine), label(other), engine));
    }
  }

  /** Refuses a server that is older than the newest that wrote the data. */
  void checkVersion(Home home, String title, String version) {
    if (compare(engineVersion, version) > 0) {
      throw new Problem(
          "%s holds data of %s %s, which the older %s cannot read. Install %s or newer, or name another folder with --home."
              .formatted(home.folder(), label(engine), engineVersion, title, engineVersion));
    }
  }

  private static String label(String engine) {
    return engine.equals("mysql") ? "MySQL" : "MariaDB";
  }

  /** By numbers, part by part. */
  static int compare(String one, String other) {
    String[] left = one.split("\\.");
    String[] right = other.split("\\.");
    for (int part = 0; part < Math.max(left.length, right.length); part++) {
      int difference = Integer.compare(number(left, part), number(right, part));
      if (difference != 0) {
        return difference;
      }
    }
    return 0;
  }

  private static int number(String[] parts, int at) {
    String digits = at < parts.length ? parts[at].replaceAll("[^0-9].*", "") : "";
    return digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }

  void write(Home home) {
    Home.write(home.record(), Json.MAPPER.writeValueAsString(this));
  }
}
