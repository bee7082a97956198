package dev.mainstay.stack.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** CPU time a request, a bar for each proxy, a group for each load of kept connections. */
final class Chart {

  private static final int WIDTH = 860;
  private static final int LEFT = 300;
  private static final int RIGHT = 780;
  private static final int BAR = 18;
  private static final int GAP = 6;
  private static final int HEAD = 34;

  private final List<Row> rows;

  Chart(List<Row> rows) {
    this.rows = rows;
  }

  String svg() {
    List<Scenario> groups =
        Scenario.all().stream()
            .filter(Scenario::keepAlive)
            .filter(scenario -> rows.stream().anyMatch(row -> row.scenario().equals(scenario)))
            .toList();
    List<String> parts = new ArrayList<>();
    int y = 12;
    for (Scenario group : groups) {
      List<Row> bars = rows.stream().filter(row -> row.scenario().equals(group)).toList();
      double most = bars.stream().mapToDouble(Row::cpuMicrosPerRequest).max().orElse(1);
      parts.add(
          text(
              12,
              y + 16,
              "head",
              "%s, %d connection%s"
                  .formatted(
                      group.bodyBytes() == Scenario.SMALL ? "130 bytes" : "64 KiB",
                      group.connections(),
                      group.connections() == 1 ? "" : "s")));
      y += HEAD - GAP;
      for (Row row : bars) {
        double wide = row.cpuMicrosPerRequest() / most * (RIGHT - LEFT);
        parts.add(text(12, y + BAR - 5, "name", row.what()));
        parts.add(
            String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                row.what().startsWith("mainstay") ? "ours" : "other",
                LEFT,
                y,
                wide,
                BAR));
        parts.add(
            text(
                (int) (LEFT + wide) + 8,
                y + BAR - 5,
                "name",
                String.format(Locale.ROOT, "%.0f µs", row.cpuMicrosPerRequest())));
        y += BAR + GAP;
      }
      y += HEAD - BAR;
    }
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="CPU time of each proxy a request">
        <style>
          svg { font: 13px system-ui, sans-serif; background: #fff }
          .head { font-weight: 600; fill: #1a1d21 } .name { fill: #3d444d }
          .ours { fill: #1f6feb } .other { fill: #9aa4b0 }
        </style>
        %s
        </svg>
        """
        .formatted(WIDTH, y, String.join("\n", parts));
  }

  private static String text(int x, int y, String kind, String words) {
    return "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>".formatted(kind, x, y, words);
  }
}
