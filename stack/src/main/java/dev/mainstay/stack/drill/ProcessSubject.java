package dev.mainstay.stack.drill;

import dev.mainstay.stack.drill.link.Links;
import dev.mainstay.stack.drill.watch.Access;
import dev.mainstay.stack.drill.watch.Copy;
import dev.mainstay.stack.drill.watch.CopyReader;
import dev.mainstay.stack.drill.watch.Delay;
import dev.mainstay.stack.drill.watch.EventStream;
import dev.mainstay.stack.drill.watch.Metrics;
import dev.mainstay.stack.drill.watch.Probe;
import dev.mainstay.stack.drill.watch.Sampler;
import dev.mainstay.stack.drill.watch.StrayWrite;
import dev.mainstay.stack.launch.Secrets;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.remote.Comeback;
import dev.mainstay.stack.remote.Controllers;
import dev.mainstay.stack.remote.Gateway;
import dev.mainstay.stack.remote.Http;
import dev.mainstay.stack.remote.Steering;
import dev.mainstay.stack.supervise.ControlSocket;
import dev.mainstay.stack.supervise.Order;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A stack of processes on this machine, by way of its supervisor and of its nodes' own ports. */
public final class ProcessSubject implements Subject {

  private static final Duration LONGEST_COMEBACK = Duration.ofSeconds(60);
  private static final Duration GLANCE = Duration.ofMillis(100);

  private final Home home;
  private final Options options;
  private final String engine;
  private final Controllers controllers;
  private final Links links;
  private final Optional<Path> hook;

  /**
   * @param home whose stack is up
   * @param engine {@code mysql} or {@code mariadb}
   */
  public ProcessSubject(
      Home home, Options options, String engine, Links links, Optional<Path> hook) {
    this.home = home;
    this.options = options;
    this.engine = engine;
    this.controllers = new Controllers(options, Secrets.adminToken(home));
    this.links = links;
    this.hook = hook;
  }

  @Override
  public String engine() {
    return engine;
  }

  @Override
  public InetSocketAddress gateway() {
    return new InetSocketAddress(
        InetAddress.getLoopbackAddress(), options.portOf(new Name(Role.GATEWAY, 1)));
  }

  @Override
  public List<Name> names() {
    return options.names();
  }

  @Override
  public Optional<JsonNode> topology() {
    return controllers.topology();
  }

  @Override
  public Optional<String> missing() {
    return controllers.missing();
  }

  @Override
  public void kill(Name name, Duration down) {
    // At once means before the supervisor would by itself, which is after a second.
    boolean atOnce = down.isZero();
    obey(Order.Verb.KILL, name, atOnce ? null : down.toMillis());
    if (atOnce) {
      obey(Order.Verb.START, name, null);
    }
  }

  @Override
  public void restart(Name name) throws InterruptedException {
    obey(Order.Verb.RESTART, name, null);
    Comeback comeback = new Comeback(options, controllers);
    Instant deadline = Instant.now().plus(LONGEST_COMEBACK);
    for (Optional<String> missing = comeback.missing(name);
        missing.isPresent();
        missing = comeback.missing(name)) {
      if (Instant.now().isAfter(deadline)) {
        throw new Problem(
            "%d s after the restart %s.".formatted(LONGEST_COMEBACK.toSeconds(), missing.get()));
      }
      Thread.sleep(GLANCE);
    }
  }

  @Override
  public void pause(Name name) {
    obey(Order.Verb.PAUSE, name, null);
  }

  @Override
  public void resume(Name name) {
    obey(Order.Verb.RESUME, name, null);
  }

  private void obey(Order.Verb verb, Name name, @Nullable Long forMillis) {
    Order.Outcome outcome =
        ControlSocket.send(home, new Order(verb, name.toString(), forMillis))
            .orElseThrow(
                () ->
                    new Problem(
                        "The supervisor of %s takes no orders; `mainstay up` brings a new one."
                            .formatted(home.folder())));
    if (!outcome.done()) {
      throw new Problem(outcome.message());
    }
  }

  @Override
  public void err(Name node) {
    StrayWrite.on(
        node.toString(),
        options.portOf(node),
        new Access("", "controller", Secrets.of(home).controller()),
        probe());
  }

  @Override
  public void delay(Name node, Duration delay) {
    Delay.on(
        node.toString(),
        options.portOf(node),
        new Access("", "controller", Secrets.of(home).controller()),
        probe(),
        delay);
  }

  @Override
  public Map<String, Double> metrics(Name process) {
    URI uri =
        URI.create("http://127.0.0.1:%d/actuator/prometheus".formatted(options.portOf(process)));
    return Http.get(uri)
        .filter(Http.Answer::isSuccess)
        .map(answer -> Metrics.parse(answer.body()))
        .orElseThrow(() -> new Problem("%s does not tell what it counts.".formatted(process)));
  }

  private Probe probe() {
    return Probe.valueOf(engine.toUpperCase(Locale.ROOT));
  }

  @Override
  public Controllers.Switchover switchOver(Name to) {
    return controllers.switchOver(to.toString());
  }

  @Override
  public List<Gateway> gateways() {
    return Steering.gateways(options);
  }

  /** All of them share the site's port. */
  @Override
  public List<Name> spareGateways() {
    List<Name> all = names().stream().filter(name -> name.role() == Role.GATEWAY).toList();
    return all.size() > 1 ? all : List.of();
  }

  @Override
  public String adminToken() {
    return Secrets.adminToken(home);
  }

  @Override
  public Links links() {
    return links;
  }

  @Override
  public Optional<Path> hook() {
    return hook;
  }

  @Override
  public Watch watch(InstantSource clock) {
    Secrets secrets = Secrets.of(home);
    Map<String, Integer> ports = new TreeMap<>();
    nodes().forEach(node -> ports.put(node.toString(), options.portOf(node)));
    EventStream events = EventStream.of(controllers.uris());
    Sampler sampler =
        Sampler.start(probe(), new Access("", "monitor", secrets.monitor()), ports, clock);
    return new Watch() {
      @Override
      public Seen stop() throws InterruptedException {
        return new Seen(events.soFar(), sampler.stop());
      }

      @Override
      public void close() {
        events.close();
        sampler.close();
      }
    };
  }

  @Override
  public Copies copies(String run) {
    Access access = new Access("mainstay", "app", Secrets.of(home).application());
    List<Copy> copies = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    for (Name node : nodes()) {
      try {
        copies.add(CopyReader.read(node.toString(), options.portOf(node), access, run));
      } catch (Problem problem) {
        unreadable.add(problem.getMessage());
      }
    }
    return new Copies(copies, unreadable);
  }
}
