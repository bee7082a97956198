package dev.mainstay.stack.bench;

import dev.mainstay.stack.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The gateway beside stock Spring Cloud Gateway, HAProxy and nginx. All run at once and take turns
 * within each round, so that what else the machine does falls on all of them alike; each figure is
 * the median over the rounds.
 */
public final class GatewayBench {

  private static final Duration WINDOW = Duration.ofSeconds(3);
  private static final int FEWEST_WINDOWS = 12;
  private static final int MOST_WINDOWS = 30;

  /** The last four windows of a warm-up differ by no more than this. */
  private static final double STEADY = 1.1;

  private final Wrk wrk = new Wrk(Tools.need("wrk", "which puts the load on"));
  private final Path project;
  private final Path work;
  private final int rounds;
  private final Duration length;
  private final Consumer<String> progress;

  /**
   * @param project the folder of the sources, where the jars are built
   * @param work an empty folder for settings and logs
   * @param rounds how often everything is measured
   * @param length how long each measurement takes, whole seconds
   * @param progress hears in a few words what is under way
   */
  public GatewayBench(
      Path project, Path work, int rounds, Duration length, Consumer<String> progress) {
    this.project = project;
    this.work = work;
    this.rounds = rounds;
    this.length = length;
    this.progress = progress;
  }

  /**
   * Measures.
   *
   * @throws Problem if a program is missing or a request failed
   */
  public Report run() throws InterruptedException {
    try {
      Files.createDirectories(work);
    } catch (IOException e) {
      throw new Problem("%s cannot be made (%s).".formatted(work, e.getMessage()));
    }
    Lineup lineup = new Lineup(project, work.toAbsolutePath());
    List<Proxy> running = new ArrayList<>();
    try {
      running.add(start(lineup.servers()));
      Map<Contender, Proxy> open = new LinkedHashMap<>();
      for (Contender contender : lineup.contenders()) {
        progress.accept("starting " + contender.what());
        Proxy proxy = start(contender);
        running.add(proxy);
        open.put(contender, proxy);
      }
      for (Map.Entry<Contender, Proxy> each : open.entrySet()) {
        warmUp(each.getKey(), each.getValue());
      }
      return new Report(measure(open));
    } finally {
      running.forEach(Proxy::close);
    }
  }

  private Proxy start(Contender contender) throws InterruptedException {
    Path log = work.resolve(contender.what().replaceAll("[^A-Za-z0-9]+", "-") + ".log");
    return Proxy.start(contender.what(), contender.command(), contender.port(), log);
  }

  private void warmUp(Contender contender, Proxy proxy) throws InterruptedException {
    List<Double> costs = new ArrayList<>();
    int fewest = contender.warmsUp() ? FEWEST_WINDOWS : 1;
    while (costs.size() < fewest || (contender.warmsUp() && !isSteady(costs))) {
      if (costs.size() == MOST_WINDOWS) {
        progress.accept("%s does not become steady".formatted(contender.what()));
        return;
      }
      costs.add(measure(contender, proxy, Scenario.USUAL, WINDOW).cpuMicrosPerRequest());
      progress.accept(
          "warming up %s: %.0f µs of CPU a request".formatted(contender.what(), costs.getLast()));
    }
    if (contender.warmsUp() && !contender.usualOnly()) {
      for (Scenario scenario : Scenario.all()) {
        var _ = measure(contender, proxy, scenario, Duration.ofSeconds(1));
      }
    }
  }

  private static boolean isSteady(List<Double> costs) {
    List<Double> last = costs.subList(costs.size() - 4, costs.size());
    double most = last.stream().mapToDouble(it -> it).max().orElseThrow();
    double least = last.stream().mapToDouble(it -> it).min().orElseThrow();
    return most <= least * STEADY;
  }

  private List<Row> measure(Map<Contender, Proxy> open) throws InterruptedException {
    List<Row> rows = new ArrayList<>();
    for (Scenario scenario : Scenario.all()) {
      Map<Contender, List<Row>> measured = new LinkedHashMap<>();
      for (int round = 1; round <= rounds; round++) {
        progress.accept(
            "%d connections, %d bytes, %s: round %d of %d"
                .formatted(
                    scenario.connections(),
                    scenario.bodyBytes(),
                    scenario.keepAlive() ? "kept" : "one a request",
                    round,
                    rounds));
        for (Map.Entry<Contender, Proxy> each : open.entrySet()) {
          Contender contender = each.getKey();
          if (!contender.usualOnly() || scenario.equals(Scenario.USUAL)) {
            measured
                .computeIfAbsent(contender, _ -> new ArrayList<>())
                .add(measure(contender, each.getValue(), scenario, length));
          }
        }
      }
      measured.values().forEach(all -> rows.add(Row.median(all)));
    }
    return rows;
  }

  private Row measure(Contender contender, Proxy proxy, Scenario scenario, Duration time)
      throws InterruptedException {
    Duration before = proxy.cpu();
    Wrk.Count count = wrk.load(proxy.base(), scenario, time);
    double micros = proxy.cpu().minus(before).toNanos() / 1_000.0;
    return new Row(
        contender.what(),
        scenario,
        count.requestsPerSecond(),
        count.p50Micros(),
        count.p99Micros(),
        micros / Math.max(1, count.requests()),
        proxy.residentBytes());
  }
}
