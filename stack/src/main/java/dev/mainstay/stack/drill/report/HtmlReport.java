package dev.mainstay.stack.drill.report;

import static dev.mainstay.stack.drill.report.Text.format;
import static dev.mainstay.stack.drill.report.Text.safe;

import dev.mainstay.stack.drill.Result;
import dev.mainstay.stack.drill.check.Mark;
import dev.mainstay.stack.drill.check.Measures;
import dev.mainstay.stack.drill.check.Trial;
import dev.mainstay.stack.drill.watch.Event;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All results on one page that needs nothing from elsewhere. */
public final class HtmlReport {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);
  private static final int MOST_LINES = 400;

  private static final String KEY =
      """
      <p class="key"><span><i style="background:var(--write)"></i>write</span>
      <span><i style="background:var(--read)"></i>read</span>
      <span><i style="background:var(--bad)"></i>without a 2xx; fault</span>
      <span><i style="background:var(--warn)"></i>office vacant</span>
      <span><i style="background:var(--good)"></i>new primary; mended</span>
      <span><i style="background:var(--order)"></i>switchover ordered</span></p>
      """;

  private HtmlReport() {}

  /**
   * The page.
   *
   * @param command as it was given, so that it can be given again
   */
  public static String page(List<Result> results, String command, Instant made) {
    long held = results.stream().filter(Result::held).count();
    StringBuilder page = new StringBuilder(64 << 10);
    page.append(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Mainstay drills</title>
        <style>
        """);
    page.append(style()).append("</style>\n</head>\n<body>\n<main>\n<h1>Mainstay drills</h1>\n");
    page.append(
        format(
            "<p class=\"soft\"><code>%s</code>, %s. %d of %d kept their promise.</p>\n",
            safe(command), TIME.format(made), held, results.size()));
    overview(page, results);
    for (int at = 0; at < results.size(); at++) {
      section(page, results.get(at), at);
    }
    return page.append("</main>\n</body>\n</html>\n").toString();
  }

  private static String style() {
    try (InputStream css = HtmlReport.class.getResourceAsStream("report.css")) {
      if (css == null) {
        throw new IllegalStateException("report.css is not in the jar");
      }
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void overview(StringBuilder page, List<Result> results) {
    page.append(
        """
        <section class="wide"><table>
        <tr><th>drill</th><th class="text">engine</th><th class="text">promise</th><th>failed</th><th>lost</th>
        <th>doubled</th><th>write pause</th><th>read pause</th><th>detect</th><th>promote</th><th>rejoin</th></tr>
        """);
    for (int at = 0; at < results.size(); at++) {
      Result result = results.get(at);
      Measures measures = result.verdict().measures();
      page.append(
          format(
              "<tr><td><a href=\"#d%d\">%s</a></td><td class=\"text\">%s</td><td class=\"text\">%s</td><td>%d</td><td>%d</td><td>%d</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n",
              at,
              safe(result.drill().name()),
              safe(result.engine()),
              held(result),
              measures.failed(),
              result.verdict().audit().lost(),
              result.verdict().audit().doubled(),
              millis(measures.writePauseMillis()),
              millis(measures.readPauseMillis()),
              millis(measures.detectMillis()),
              millis(measures.promoteMillis()),
              millis(measures.rejoinMillis())));
    }
    page.append("</table></section>\n");
  }

  private static String held(Result result) {
    return result.held()
        ? "<span class=\"held\">held</span>"
        : "<span class=\"broken\">broken</span>";
  }

  private static String millis(@Nullable Long millis) {
    return millis == null ? "–" : format("%,d ms", millis);
  }

  private static void section(StringBuilder page, Result result, int at) {
    page.append(
        format(
            "<section id=\"d%d\">\n<h2>%s on %s: %s</h2>\n<p>%s.</p>\n<p class=\"soft\">Promised: %s. Seed %d.</p>\n",
            at,
            safe(result.drill().name()),
            safe(result.engine()),
            held(result),
            safe(capital(result.drill().story())),
            safe(result.drill().promise().text()),
            result.seed()));
    if (!result.held()) {
      page.append("<ul class=\"why\">\n");
      result.verdict().why().forEach(why -> page.append(format("<li>%s</li>\n", safe(why))));
      page.append("</ul>\n");
    }
    figures(page, result);
    result
        .trial()
        .ifPresent(
            trial -> {
              page.append("<div class=\"wide\">").append(Timeline.svg(trial)).append("</div>\n");
              page.append(KEY);
              story(page, trial);
            });
    page.append("</section>\n");
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + text.substring(1);
  }

  private static void figures(StringBuilder page, Result result) {
    Measures measures = result.verdict().measures();
    page.append("<dl>\n");
    figure(page, "requests", format("%,d", measures.requests()));
    figure(page, "a second, before", format("%.0f", measures.perSecond()));
    figure(page, "failed", String.valueOf(measures.failed()));
    figure(page, "of which refused", String.valueOf(measures.refused()));
    figure(page, "of which unknown", String.valueOf(measures.unknown()));
    figure(page, "lost", String.valueOf(result.verdict().audit().lost()));
    figure(page, "doubled", String.valueOf(result.verdict().audit().doubled()));
    figure(page, "write pause", millis(measures.writePauseMillis()));
    figure(page, "read pause", millis(measures.readPauseMillis()));
    figure(page, "detected after", millis(measures.detectMillis()));
    figure(page, "promoted within", millis(measures.promoteMillis()));
    figure(page, "rejoined after", millis(measures.rejoinMillis()));
    page.append("</dl>\n");
  }

  private static void figure(StringBuilder page, String name, String value) {
    page.append(format("<div><dt>%s</dt><dd>%s</dd></div>\n", safe(name), safe(value)));
  }

  private record Line(Instant at, String who, String what) {}

  private static void story(StringBuilder page, Trial trial) {
    List<Line> lines = new ArrayList<>();
    for (Mark mark : trial.marks()) {
      lines.add(new Line(mark.at(), "drill", mark.what()));
    }
    for (Event event : trial.events()) {
      lines.add(
          new Line(
              event.at(),
              event.by(),
              "%s %s %s".formatted(event.kind(), event.node().orElse(""), event.text())));
    }
    lines.sort(Comparator.comparing(Line::at));
    page.append("<details><summary>What happened, in order</summary><div class=\"wide\"><table>\n");
    lines.stream()
        .limit(MOST_LINES)
        .forEach(
            line ->
                page.append(
                    format(
                        "<tr><td>%.3f s</td><td class=\"text\">%s</td><td class=\"text\">%s</td></tr>\n",
                        Duration.between(trial.begun(), line.at()).toMillis() / 1000.0,
                        safe(line.who()),
                        safe(line.what()))));
    if (lines.size() > MOST_LINES) {
      page.append(
          format(
              "<tr><td></td><td></td><td class=\"text\">and %d more</td></tr>\n",
              lines.size() - MOST_LINES));
    }
    page.append("</table></div></details>\n");
  }
}
