package dev.mainstay.stack.bench;

import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.process.ProcessTable;
import dev.mainstay.stack.remote.Http;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A process that serves, for as long as this is open; also if this JVM is told to end. */
final class Proxy implements AutoCloseable {

  private static final Duration LONGEST_START = Duration.ofSeconds(60);

  private final String what;
  private final Process process;
  private final Path log;
  private final URI base;
  private final Thread atTheEnd;

  private Proxy(String what, Process process, Path log, int port) {
    this.what = what;
    this.process = process;
    this.log = log;
    this.base = URI.create("http://127.0.0.1:%d/".formatted(port));
    this.atTheEnd = new Thread(this::kill);
    Runtime.getRuntime().addShutdownHook(atTheEnd);
  }

  /** Starts it and waits until it serves. */
  static Proxy start(String what, List<String> command, int port, Path log)
      throws InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new Problem("%s cannot be started (%s).".formatted(what, e.getMessage()));
    }
    Proxy proxy = new Proxy(what, process, log, port);
    try {
      proxy.awaitPage();
      return proxy;
    } catch (Problem | InterruptedException e) {
      proxy.close();
      throw e;
    }
  }

  private void awaitPage() throws InterruptedException {
    long begun = System.nanoTime();
    while (Http.get(base.resolve("/small")).filter(Http.Answer::isSuccess).isEmpty()) {
      if (!process.isAlive() || System.nanoTime() - begun > LONGEST_START.toNanos()) {
        throw new Problem("%s does not serve; its log is %s.".formatted(what, log));
      }
      Thread.sleep(100);
    }
  }

  URI base() {
    return base;
  }

  /** User and system time so far, to ten milliseconds. */
  Duration cpu() {
    return process
        .info()
        .totalCpuDuration()
        .orElseThrow(() -> new Problem("%s has ended; its log is %s.".formatted(what, log)));
  }

  long residentBytes() {
    return ProcessTable.ofThisMachine().residentBytes(process.pid()).orElse(0);
  }

  private void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    kill();
    process.onExit().join();
    try {
      Runtime.getRuntime().removeShutdownHook(atTheEnd);
    } catch (IllegalStateException ending) {
      // The hook runs already.
    }
  }
}
