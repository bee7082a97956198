package dev.mainstay.stack.bench;

import dev.mainstay.stack.process.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.SerializationFeature;

/** What was measured, as programs and people read it. */
public record Report(List<Row> rows) {

  public Report {
    rows = List.copyOf(rows);
  }

  /**
   * A promise, and what was measured of it.
   *
   * @param what in words
   * @param ratio of two costs, of one run
   * @param most what was promised
   */
  public record Promise(String what, double ratio, double most) {

    public boolean held() {
      return ratio <= most;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: %.2f, promised %.2f: %s",
          what,
          ratio,
          most,
          held() ? "held" : "not held");
    }
  }

  /** Those of which both sides were measured. */
  public List<Promise> promises() {
    List<Promise> all = new ArrayList<>();
    promise("mainstay's CPU a request to stock's", Lineup.EXPRESS, Lineup.STOCK, 0.4)
        .ifPresent(all::add);
    promise("mainstay's to HAProxy's", Lineup.EXPRESS, Lineup.HAPROXY, 2).ifPresent(all::add);
    promise(
            "mainstay's through Spring Cloud Gateway to stock's",
            Lineup.FILTERED,
            Lineup.STOCK,
            0.85)
        .ifPresent(all::add);
    promise("a request among 50 servers to one among 2", Lineup.FIFTY, Lineup.EXPRESS, 1.1)
        .ifPresent(all::add);
    return all;
  }

  private Optional<Promise> promise(String what, String ours, String other, double most) {
    OptionalDouble above = cost(ours);
    OptionalDouble below = cost(other);
    return above.isPresent() && below.isPresent()
        ? Optional.of(new Promise(what, above.getAsDouble() / below.getAsDouble(), most))
        : Optional.empty();
  }

  private OptionalDouble cost(String what) {
    return rows.stream()
        .filter(row -> row.what().equals(what) && row.scenario().equals(Scenario.USUAL))
        .mapToDouble(Row::cpuMicrosPerRequest)
        .findFirst();
  }

  /** One line. */
  public String json() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("what", row.what());
      one.put("connections", row.scenario().connections());
      one.put("bodyBytes", row.scenario().bodyBytes());
      one.put("keepAlive", row.scenario().keepAlive());
      one.put("requestsPerSecond", Math.round(row.requestsPerSecond()));
      one.put("p50Micros", Math.round(row.p50Micros()));
      one.put("p99Micros", Math.round(row.p99Micros()));
      one.put("cpuMicrosPerRequest", Math.round(row.cpuMicrosPerRequest() * 10) / 10.0);
      one.put("rssBytes", row.rssBytes());
      all.add(one);
    }
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("bench", "gateway");
    whole.put("rows", all);
    return Json.MAPPER
        .writer()
        .without(SerializationFeature.INDENT_OUTPUT)
        .writeValueAsString(whole);
  }

  /** A table and the promises, in Markdown. */
  public String markdown() {
    StringBuilder table =
        new StringBuilder(
            """
            | proxy | connections | body | kept | requests/s | p50 ms | p99 ms | CPU µs a request | resident MiB |
            |---|--:|--:|---|--:|--:|--:|--:|--:|
            """);
    for (Row row : rows) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %s | %s | %.0f | %.2f | %.2f | %.1f | %d |%n",
              row.what(),
              row.scenario().connections(),
              row.scenario().bodyBytes() == Scenario.SMALL ? "130 B" : "64 KiB",
              row.scenario().keepAlive() ? "yes" : "no",
              row.requestsPerSecond(),
              row.p50Micros() / 1_000,
              row.p99Micros() / 1_000,
              row.cpuMicrosPerRequest(),
              row.rssBytes() >> 20));
    }
    table.append('\n');
    promises().forEach(promise -> table.append("- ").append(promise).append('\n'));
    return table.toString();
  }

  /** The costs as bars. */
  public String svg() {
    return new Chart(rows).svg();
  }
}
