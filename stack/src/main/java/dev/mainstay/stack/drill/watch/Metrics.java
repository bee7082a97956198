package dev.mainstay.stack.drill.watch;

import java.util.Map;
import java.util.TreeMap;

/** Prometheus' text format, as far as a drill reads it. */
public final class Metrics {

  private Metrics() {}

  /** The values by name and labels, as they stand there: {@code name{label="value"}}. */
  public static Map<String, Double> parse(String text) {
    Map<String, Double> values = new TreeMap<>();
    text.lines()
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .forEach(
            line -> {
              int space = line.lastIndexOf(' ');
              if (space > 0) {
                values.put(line.substring(0, space), number(line.substring(space + 1)));
              }
            });
    return values;
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }
}
