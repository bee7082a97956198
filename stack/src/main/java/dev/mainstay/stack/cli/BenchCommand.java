package dev.mainstay.stack.cli;

import dev.mainstay.stack.bench.GatewayBench;
import dev.mainstay.stack.bench.Report;
import dev.mainstay.stack.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures speed side by side. */
@Command(
    mixinStandardHelpOptions = true,
    name = "bench",
    description = {
      "Measures speed side by side with what a user would run instead, in one run on the same servers.",
      "Uses no stack; one that is up would only disturb it."
    },
    footer = {
      "",
      "gateway   the gateway by both of its fronts, stock Spring Cloud Gateway with its LoadBalancer, HAProxy and nginx:",
      "          1, 32 and 256 connections, 130 bytes and 64 KiB, kept and not. Needs wrk and nginx; HAProxy is left out",
      "          where it is missing. On two cores CPU time is what holds, and the ratios of one run."
    })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class BenchCommand implements Callable<Integer> {

  private static final int MOST = 100;

  @Spec CommandSpec spec;

  @Parameters(arity = "1", paramLabel = "NAME", description = "`gateway`, or `list`.")
  String name;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Measurements of each, of which the median counts (default: ${DEFAULT-VALUE}).")
  int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Length of each (default: ${DEFAULT-VALUE}).")
  int seconds;

  @Option(names = "--json", description = "One line of JSON.")
  boolean json;

  @Option(
      names = "--report",
      paramLabel = "FOLDER",
      description =
          "Writes bench.json, bench.md, a chart and the proxies' settings and logs there.")
  @Nullable Path report;

  @Override
  public Integer call() {
    if (name.equals("list")) {
      System.out.println("gateway");
      return 0;
    }
    if (!name.equals("gateway")) {
      throw misused("There is no bench %s; there is: gateway.".formatted(name));
    }
    checkRange("--rounds", rounds);
    checkRange("--seconds", seconds);
    try {
      Path work = report == null ? Files.createTempDirectory("mainstay-bench-") : report;
      Report measured =
          new GatewayBench(
                  Project.folder(),
                  work,
                  rounds,
                  Duration.ofSeconds(seconds),
                  said -> System.err.println("bench: " + said))
              .run();
      if (report != null) {
        Files.writeString(report.resolve("bench.json"), measured.json() + "\n");
        Files.writeString(report.resolve("bench.md"), measured.markdown());
        Files.writeString(report.resolve("bench.svg"), measured.svg());
      }
      System.out.println(json ? measured.json() : measured.markdown());
      return 0;
    } catch (IOException e) {
      throw new Problem("The report cannot be written (%s).".formatted(e));
    } catch (InterruptedException toldToStop) {
      return 130;
    }
  }

  private void checkRange(String option, int value) {
    if (value < 1 || value > MOST) {
      throw misused("%s is %d (expected: 1-%d)".formatted(option, value, MOST));
    }
  }

  private ParameterException misused(String why) {
    return new ParameterException(spec.commandLine(), why);
  }
}
