package dev.mainstay.stack.drill.report;

import static dev.mainstay.stack.drill.report.Text.format;
import static dev.mainstay.stack.drill.report.Text.safe;

import dev.mainstay.stack.drill.check.Mark;
import dev.mainstay.stack.drill.check.Trial;
import dev.mainstay.stack.drill.load.Fate;
import dev.mainstay.stack.drill.load.Request;
import dev.mainstay.stack.drill.watch.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The picture of a drill: above the acknowledged writes in each tenth of a second, below the time
 * that each request took, between them what the drill and the controllers did.
 */
final class Timeline {

  private static final Duration BUCKET = Duration.ofMillis(100);
  private static final int WIDTH = 1000;
  private static final int LEFT = 56;
  private static final int RIGHT = WIDTH - 12;
  private static final int BARS_TOP = 18;
  private static final int BARS_BOTTOM = 128;
  private static final int LANE = 150;
  private static final int DOTS_TOP = 176;
  private static final int DOTS_BOTTOM = 336;
  private static final int HEIGHT = 366;

  /** The latencies' scale, in powers of ten of a millisecond: 1 ms to 30 s. */
  private static final double HIGHEST = Math.log10(30_000);

  private static final Set<String> SHOWN =
      Set.of(Event.VACANT, Event.PRIMARY, Event.JOINED, "QUARANTINED", "ACKERS");

  private final Trial trial;
  private final double seconds;

  private Timeline(Trial trial) {
    this.trial = trial;
    Instant last =
        trial.requests().stream()
            .map(Request::done)
            .filter(done -> done.isAfter(trial.ended()))
            .reduce(trial.ended(), (one, other) -> one.isAfter(other) ? one : other);
    this.seconds = Math.max(1, Duration.between(trial.begun(), last).toMillis() / 1000.0);
  }

  /** An SVG element; its colours are the page's. */
  static String svg(Trial trial) {
    return new Timeline(trial).draw();
  }

  private String draw() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Acknowledged writes and latencies over %.0f seconds\">\n",
            WIDTH, HEIGHT, seconds));
    axis(svg);
    bars(svg);
    scale(svg);
    dots(svg, "read", request -> !request.isWrite() && done(request));
    dots(svg, "write", request -> request.isWrite() && done(request));
    dots(svg, "bad", request -> !done(request));
    events(svg);
    marks(svg);
    return svg.append("</svg>\n").toString();
  }

  private static boolean done(Request request) {
    return request.fate() == Fate.ACKNOWLEDGED;
  }

  private double x(Instant at) {
    double since = Duration.between(trial.begun(), at).toNanos() / 1e9;
    return LEFT + Math.clamp(since / seconds, 0, 1) * (RIGHT - LEFT);
  }

  private static double y(Request request) {
    double power = Math.log10(Math.max(1, request.took().toNanos() / 1e6));
    return DOTS_BOTTOM - Math.min(power / HIGHEST, 1) * (DOTS_BOTTOM - DOTS_TOP);
  }

  private void axis(StringBuilder svg) {
    int step = seconds <= 20 ? 1 : seconds <= 60 ? 5 : seconds <= 150 ? 10 : 30;
    for (int second = 0; second <= seconds; second += step) {
      double x = x(trial.begun().plusSeconds(second));
      svg.append(
          format(
              "<path class=\"grid\" d=\"M%.1f %dV%d\"/><text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d s</text>\n",
              x, BARS_TOP, DOTS_BOTTOM, x, HEIGHT - 14, second));
    }
  }

  private int[] buckets() {
    int[] buckets = new int[(int) Math.ceil(seconds * 1000 / BUCKET.toMillis()) + 1];
    for (Request request : trial.measured()) {
      if (request.isWrite() && done(request)) {
        long bucket =
            Duration.between(trial.begun(), request.done()).toMillis() / BUCKET.toMillis();
        buckets[(int) Math.clamp(bucket, 0, buckets.length - 1L)]++;
      }
    }
    return buckets;
  }

  private void bars(StringBuilder svg) {
    int[] buckets = buckets();
    int most = 1;
    for (int count : buckets) {
      most = Math.max(most, count);
    }
    double wide = Math.max(0.5, BUCKET.toMillis() / 1000.0 / seconds * (RIGHT - LEFT) - 0.4);
    svg.append("<path class=\"bars\" d=\"");
    for (int bucket = 0; bucket < buckets.length; bucket++) {
      if (buckets[bucket] > 0) {
        double high = (double) buckets[bucket] / most * (BARS_BOTTOM - BARS_TOP);
        svg.append(
            format(
                "M%.1f %dv%.1fh%.1fv%.1fz",
                x(trial.begun().plus(BUCKET.multipliedBy(bucket))),
                BARS_BOTTOM,
                -high,
                wide,
                high));
      }
    }
    svg.append("\"/>\n");
    svg.append(
        format(
            "<text class=\"name\" x=\"%d\" y=\"%d\">acknowledged writes in each 100 ms</text>\n",
            LEFT, BARS_TOP - 6));
    label(svg, BARS_TOP + 4, String.valueOf(most));
    label(svg, BARS_BOTTOM, "0");
    svg.append(format("<path class=\"base\" d=\"M%d %dH%d\"/>\n", LEFT, BARS_BOTTOM, RIGHT));
  }

  private static void label(StringBuilder svg, double y, String text) {
    svg.append(
        format(
            "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
            LEFT - 6, y, safe(text)));
  }

  private void scale(StringBuilder svg) {
    String[] names = {"1 ms", "10 ms", "100 ms", "1 s", "10 s"};
    for (int power = 0; power < names.length; power++) {
      double y = DOTS_BOTTOM - power / HIGHEST * (DOTS_BOTTOM - DOTS_TOP);
      svg.append(format("<path class=\"grid\" d=\"M%d %.1fH%d\"/>\n", LEFT, y, RIGHT));
      label(svg, y + 4, names[power]);
    }
    svg.append(
        format(
            "<text class=\"name\" x=\"%d\" y=\"%d\">time to the answer, by the time of the answer</text>\n",
            LEFT, DOTS_TOP - 4));
  }

  /** One path of points, which is a tenth of what as many circles would be. */
  private void dots(StringBuilder svg, String kind, Predicate<Request> which) {
    svg.append(format("<path class=\"dots %s\" d=\"", kind));
    trial.measured().stream()
        .filter(which)
        .forEach(request -> svg.append(format("M%.1f %.1fh0", x(request.done()), y(request))));
    svg.append("\"/>\n");
  }

  private void events(StringBuilder svg) {
    for (Event event : trial.events()) {
      if (SHOWN.contains(event.kind()) && !event.at().isAfter(end())) {
        double x = x(event.at());
        svg.append(
            format(
                "<path class=\"event %s\" d=\"M%.1f %dl5 9h-10z\"><title>%s</title></path>\n",
                safe(event.kind().toLowerCase(java.util.Locale.ROOT)),
                x,
                LANE - 9,
                safe(
                    "%s %s %s: %s"
                        .formatted(
                            since(event.at()),
                            event.kind(),
                            event.node().orElse(""),
                            event.text()))));
      }
    }
  }

  private Instant end() {
    return trial.begun().plusMillis((long) (seconds * 1000));
  }

  private void marks(StringBuilder svg) {
    List<Mark> marks = new ArrayList<>(trial.marks());
    boolean crowded = marks.size() > 8;
    double taken = 0;
    for (Mark mark : marks) {
      double x = x(mark.at());
      String kind = mark.kind().name().toLowerCase(java.util.Locale.ROOT);
      svg.append(
          format(
              "<path class=\"mark %s\" d=\"M%.1f %dV%d\"><title>%s</title></path>\n",
              kind, x, BARS_TOP, DOTS_BOTTOM, safe(since(mark.at()) + " " + mark.what())));
      if (!crowded && x >= taken) {
        boolean flip = x > RIGHT - 260;
        svg.append(
            format(
                "<text class=\"said\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n",
                x + (flip ? -5 : 5), BARS_TOP + 10, flip ? "end" : "start", safe(mark.what())));
        taken = x + 6.5 * mark.what().length();
      }
    }
  }

  private String since(Instant at) {
    return format("%.2f s", Duration.between(trial.begun(), at).toMillis() / 1000.0);
  }
}
