package dev.mainstay.gateway.telling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TellingTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/html                             | true",
        "application/xml, TEXT/HTML;q=0.1, */* | true",
        "*/*                                   | false",
        "text/*                                | false",
        "text/htmlx, x-text/html               | false",
        "''                                    | false",
      })
  void pageIsForThoseWhoAskForItByName(String accept, boolean page) {
    assertThat(Telling.wantsPage(accept)).isEqualTo(page);
  }

  @Test
  void problemIsJsonWhateverItSays() {
    String detail = "\"quoted\\\", a line\nand a\ttab, \u0001, é";

    JsonNode problem =
        JsonMapper.shared().readTree(Telling.problem(503, "Service Unavailable", detail, "/a\"b"));

    assertThat(problem.propertyNames())
        .containsExactly("type", "title", "status", "detail", "instance");
    assertThat(problem.get("status").asInt()).isEqualTo(503);
    assertThat(problem.get("detail").asString()).isEqualTo(detail);
    assertThat(problem.get("instance").asString()).isEqualTo("/a\"b");
  }

  @Test
  void pageEscapesWhatItSays() {
    assertThat(Telling.page(502, "Bad Gateway", "<b>&'\""))
        .contains("<h1>502 Bad Gateway</h1>", "<p>&lt;b&gt;&amp;&#39;&quot;</p>");
  }
}
