package dev.mainstay.stack.drill.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.drill.Result;
import dev.mainstay.stack.drill.catalogue.Catalogue;
import dev.mainstay.stack.drill.check.Given;
import dev.mainstay.stack.drill.check.Mark;
import dev.mainstay.stack.drill.check.Trial;
import dev.mainstay.stack.drill.check.Verdict;
import dev.mainstay.stack.process.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ReportTest {

  private static Result result() {
    var drill = new Catalogue(Duration.ofSeconds(60), 50, 1000).find("primary-kill").orElseThrow();
    Trial trial =
        Given.trial(
            List.of(Given.acknowledged("a", 100), Given.unknown("b", 1500), Given.read(700)),
            List.of(new Mark(Given.at(1000), Mark.Kind.FAULT, "db-1", "kill -9 <db-1>")),
            List.of(Given.event(1200, "VACANT", "db-1", 1)));
    return new Result(
        drill, "mysql", 42, Optional.of(trial), Verdict.of(trial, drill.promise(), false));
  }

  @Test
  void jsonHasTheFieldsOfTheContract() {
    JsonNode json = Json.MAPPER.readTree(Figures.json(result()));

    assertThat(Figures.json(result())).doesNotContain("\n");
    assertThat(json.propertyNames())
        .containsExactly(
            "drill",
            "engine",
            "held",
            "why",
            "requests",
            "failed",
            "refused",
            "unknown",
            "lost",
            "doubled",
            "writePauseMillis",
            "readPauseMillis",
            "detectMillis",
            "promoteMillis",
            "rejoinMillis",
            "seed",
            "slowestMillis",
            "quarantined");
    assertThat(json.path("held").asBoolean(true)).isFalse();
    assertThat(json.path("detectMillis").asLong(0)).isEqualTo(200);
    assertThat(json.path("promoteMillis").isNull()).isTrue();
    assertThat(json.path("seed").asLong(0)).isEqualTo(42);
  }

  @Test
  void pageNeedsNothingFromElsewhereAndShowsNoMarkupOfOthers() {
    String page = HtmlReport.page(List.of(result()), "./mainstay drill <all>", Given.START);

    assertThat(Pattern.compile("(src|href)=\"(?!#)|url\\(|@import|https?:").matcher(page).find())
        .isFalse();
    assertThat(page)
        .startsWith("<!DOCTYPE html>")
        .contains("kill -9 &lt;db-1&gt;", "drill &lt;all&gt;", "prefers-color-scheme: dark")
        .contains("0 of 1 kept their promise")
        .doesNotContain("<all>", "<db-1>");
  }

  @Test
  void pictureHoldsEveryRequestTheFaultAndTheEvents() {
    String svg =
        Timeline.svg(
            Given.trial(
                List.of(Given.acknowledged("a", 100), Given.unknown("b", 1500), Given.read(700)),
                List.of(new Mark(Given.at(1000), Mark.Kind.FAULT, "db-1", "kill")),
                List.of(
                    Given.event(1200, "VACANT", "db-1", 1), Given.event(1300, "STEP", "db-1", 1))));

    assertThat(svg.split("h0", -1)).hasSize(4);
    assertThat(svg)
        .contains("class=\"mark fault\"", "class=\"event vacant\"")
        .doesNotContain("event step");
  }
}
