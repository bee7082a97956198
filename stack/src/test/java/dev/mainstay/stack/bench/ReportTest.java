package dev.mainstay.stack.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.process.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static Row row(String what, Scenario scenario, double cpu) {
    return new Row(what, scenario, 1_000, 500, 2_000, cpu, 64 << 20);
  }

  @Test
  void promisesCompareTheUsualLoadOfOneRun() {
    Report report =
        new Report(
            List.of(
                row(Lineup.EXPRESS, Scenario.USUAL, 40),
                row(Lineup.EXPRESS, new Scenario(1, Scenario.SMALL, true), 400),
                row(Lineup.FILTERED, Scenario.USUAL, 90),
                row(Lineup.STOCK, Scenario.USUAL, 100),
                row(Lineup.HAPROXY, Scenario.USUAL, 19)));

    assertThat(report.promises())
        .extracting(Report.Promise::held)
        .containsExactly(true, false, false);
    assertThat(report.promises().get(1))
        .hasToString("mainstay's to HAProxy's: 2.11, promised 2.00: not held");
  }

  @Test
  void jsonIsOneLineWithTheFieldsOfEveryBench() {
    String json = new Report(List.of(row(Lineup.NGINX, Scenario.USUAL, 18.04))).json();

    assertThat(json).doesNotContain("\n");
    assertThat(Json.MAPPER.readTree(json))
        .isEqualTo(
            Json.MAPPER.readTree(
                """
                {"bench":"gateway","rows":[{"what":"nginx","connections":32,"bodyBytes":130,
                "keepAlive":true,"requestsPerSecond":1000,"p50Micros":500,"p99Micros":2000,
                "cpuMicrosPerRequest":18.0,"rssBytes":67108864}]}
                """));
  }

  @Test
  void medianIsTakenOfEachFigure() {
    Row median =
        Row.median(
            List.of(
                row("a", Scenario.USUAL, 30),
                row("a", Scenario.USUAL, 10),
                row("a", Scenario.USUAL, 11)));

    assertThat(median.cpuMicrosPerRequest()).isEqualTo(11);
    assertThat(Row.median(List.of(row("a", Scenario.USUAL, 1), row("a", Scenario.USUAL, 2))))
        .extracting(Row::cpuMicrosPerRequest)
        .isEqualTo(1.5);
  }
}
