package dev.mainstay.stack.containers;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Json;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The project's {@code docker-compose.yml}, as the commands act on it. A mark in the home says that
 * the stack there is one of containers, and under which name Compose keeps it.
 *
 * <p>Whatever has that name shares containers and volumes. The standard home's is the file's own,
 * so that {@code docker compose} acts on the same; another home's is made of its path; {@code
 * COMPOSE_PROJECT_NAME} overrules both.
 */
public final class Containers {

  /** In {@code docker-compose.yml}. */
  static final String STANDARD_NAME = "mainstay";

  private static final String NAME_VARIABLE = "COMPOSE_PROJECT_NAME";
  private static final Pattern NAME = Pattern.compile("(?m)^project: (\\S+)$");
  private static final Pattern PORT = Pattern.compile(".*:(\\d+)");

  private static final List<String> CONTROLLERS = List.of("rt-1", "rt-2");

  private static final String DID_NOT_COME_UP = "The stack did not come up";

  /** Waits for these two alone; a plain {@code --wait} waits for each node, too, and for ever. */
  private static final List<String> WAIT =
      List.of("compose", "up", "--detach", "--wait", "--no-deps", "--no-recreate", "gw-1", "gw-2");

  /**
   * In bash alone: the images hold no curl, and the controllers' port is not published. One that
   * hangs is not waited for, since the other one may know.
   */
  private static final String TOPOLOGY =
      "exec 3<>/dev/tcp/127.0.0.1/9300; printf 'GET /api/topology HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; timeout 5 cat <&3";

  private final Path project;
  private final Home home;
  private final String docker;
  private final Map<String, String> surroundings;

  /**
   * The stack of a home, which need not be up.
   *
   * @param project the folder of {@code docker-compose.yml}
   */
  public Containers(Path project, Home home) {
    this(project, home, "docker", System.getenv());
  }

  /**
   * @param docker the command
   * @param surroundings environment variables
   */
  Containers(Path project, Home home, String docker, Map<String, String> surroundings) {
    this.project = project;
    this.home = home;
    this.docker = docker;
    this.surroundings = Map.copyOf(surroundings);
  }

  /** Whether {@link #up} was called on this home, and {@link #down} not since. */
  public boolean areUp() {
    return Files.exists(mark());
  }

  /** Whether {@link #down} left data behind, to be found by the next {@link #up}. */
  public boolean haveData() {
    return areUp() || Files.exists(data());
  }

  private Path mark() {
    return home.folder().resolve("containers");
  }

  /** In place of the mark, between a {@link #down} that keeps the volumes and the next up. */
  private Path data() {
    return home.folder().resolve("volumes");
  }

  /**
   * Starts what is not there yet, and returns when both gateways are healthy. Compose has started
   * them when a web-app was, and that has seen a primary; so a node that never comes keeps nobody.
   *
   * @param web how many web-apps; as many as the file says if it is empty
   * @throws Problem if it does not come up; the home is then marked only if there is something that
   *     {@link #down} would have to take away
   */
  public void up(OptionalInt web) {
    requireCompose();
    refuseAnotherName();
    String name =
        name()
            .orElseGet(
                () ->
                    Json.MAPPER
                        .readTree(read("compose", "config", "--format", "json"))
                        .path("name")
                        .asString(STANDARD_NAME));
    refuseAnothers(name, "Stop them there first, or choose another name for these with --home.");
    home.create();
    Home.write(
        mark(),
        "The stack of this home runs in containers; see docker-compose.yml.\nproject: %s\n"
            .formatted(name));
    try {
      List<String> command = new ArrayList<>(List.of("compose", "up", "--detach"));
      web.ifPresent(number -> command.addAll(List.of("--scale", "web-app=" + number)));
      show(DID_NOT_COME_UP, command.toArray(String[]::new));
      show(DID_NOT_COME_UP, WAIT.toArray(String[]::new));
    } catch (Problem failed) {
      if (tell("compose", "ps", "--all", "--quiet").filter(String::isEmpty).isPresent()) {
        delete(mark());
      }
      throw failed;
    }
  }

  private void requireCompose() {
    if (exit(started(command("compose", "version").redirectErrorStream(true))) != 0) {
      throw new Problem(
          "The command docker has no `docker compose` here. Install Docker's Compose plugin, or leave --docker out: `mainstay up` needs none.");
    }
  }

  /**
   * As it came up; else as is asked for; else as its data have it, else as the home has it. Empty:
   * as the file has it.
   */
  private Optional<String> name() {
    return nameIn(mark()).or(this::askedName).or(() -> nameIn(data())).or(this::nameOfHome);
  }

  private static Optional<String> nameIn(Path file) {
    return Home.read(file).map(NAME::matcher).filter(Matcher::find).map(found -> found.group(1));
  }

  private Optional<String> askedName() {
    return Optional.ofNullable(surroundings.get(NAME_VARIABLE)).filter(name -> !name.isBlank());
  }

  private Optional<String> nameOfHome() {
    return home.folder().equals(Home.beside(project).folder())
        ? Optional.empty()
        : Optional.of("%s-%s".formatted(STANDARD_NAME, digest(home.folder().toString())));
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  private void refuseAnotherName() {
    Optional<String> marked = nameIn(mark());
    if (marked.isPresent() && askedName().filter(name -> !name.equals(marked.get())).isPresent()) {
      throw new Problem(
          "The stack of %s is up under the name %s, and %s is %s. `mainstay down` stops it first."
              .formatted(home.folder(), marked.get(), NAME_VARIABLE, askedName().orElseThrow()));
    }
  }

  /** Two clones have the same names, and what one of them drops the other one would miss. */
  private void refuseAnothers(String name, String way) {
    Optional<String> others =
        othersFile(read("compose", "ls", "--all", "--format", "json"), name, ownFiles());
    if (others.isPresent()) {
      throw new Problem(
          "The containers of the name %s were started by %s, not from here; nothing was done. %s"
              .formatted(name, others.get(), way));
    }
  }

  private Set<Path> ownFiles() {
    String files = surroundings.getOrDefault("COMPOSE_FILE", "docker-compose.yml");
    return Stream.of(files.split(File.pathSeparator, -1))
        .map(file -> real(project.resolve(file)))
        .collect(Collectors.toSet());
  }

  /**
   * The file that a project was started by, if it is there and none of {@code own}: a clone that
   * was moved is still the same.
   *
   * @param listed {@code docker compose ls --all --format json}
   */
  static Optional<String> othersFile(String listed, String name, Set<Path> own) {
    List<Path> files =
        Json.MAPPER
            .readTree(listed)
            .valueStream()
            .filter(one -> one.path("Name").asString("").equals(name))
            .flatMap(one -> Stream.of(one.path("ConfigFiles").asString("").split(",", -1)))
            .map(Path::of)
            .filter(Files::isRegularFile)
            .map(Containers::real)
            .toList();
    return files.stream().anyMatch(own::contains)
        ? Optional.empty()
        : files.stream().findFirst().map(Path::toString);
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException missing) {
      return file.toAbsolutePath().normalize();
    }
  }

  /** A command of Compose on this stack, as a user types it. */
  public String typed(String arguments) {
    String name = name().orElse(STANDARD_NAME);
    return name.equals(askedName().orElse(STANDARD_NAME))
        ? "docker compose " + arguments
        : "docker compose -p %s %s".formatted(name, arguments);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Stops all of it.
   *
   * @param wipe drops the volumes too
   */
  public void down(boolean wipe) {
    refuseAnothers(
        name().orElse(STANDARD_NAME),
        "Take them down there. If this home's own are gone, delete the file %s.".formatted(mark()));
    List<String> command = new ArrayList<>(List.of("compose", "down"));
    if (wipe) {
      command.add("--volumes");
    }
    show("The stack did not go down", command.toArray(String[]::new));
    if (wipe) {
      delete(data());
    } else {
      Home.write(
          data(),
          "The data of this home's stack in containers; `mainstay down --wipe` drops them.\nproject: %s\n"
              .formatted(name().orElse(STANDARD_NAME)));
    }
    delete(mark());
  }

  /** The containers that there are or should be, in order. */
  public List<Container> all() {
    String listed = read("compose", "ps", "--all", "--format", "json");
    List<String> stats = new ArrayList<>(List.of("stats", "--no-stream", "--format", "json"));
    read("compose", "ps", "--quiet").lines().map(id -> id.substring(0, 12)).forEach(stats::add);
    String measured = stats.size() == 4 ? "" : read(stats.toArray(String[]::new));
    return Container.all(read("compose", "config", "--services"), listed, measured);
  }

  /** SIGKILL; started again after {@code downtime}, for the engine leaves alone what was killed. */
  public void kill(Name name, Duration downtime) throws InterruptedException {
    List<Container> all = all();
    Container container =
        all.stream()
            .filter(one -> one.name().equals(name) && one.id() != null)
            .findFirst()
            .orElseThrow(
                () ->
                    new Problem(
                        "There is no container %s. There are: %s."
                            .formatted(
                                name,
                                String.join(
                                    ", ",
                                    all.stream().map(one -> one.name().toString()).toList()))));
    killFor(Objects.requireNonNull(container.id()), downtime);
  }

  /** Whoever ends this command meanwhile, with Ctrl-C for example, does not leave it down. */
  private void killFor(String id, Duration downtime) throws InterruptedException {
    Thread start = new Thread(() -> read("start", id));
    Runtime.getRuntime().addShutdownHook(start);
    boolean killed = false;
    try {
      read("kill", id);
      killed = true;
      Thread.sleep(downtime);
    } finally {
      if (cancelled(start) && killed) {
        read("start", id);
      }
    }
  }

  /** False if this JVM is ending, so that the hook runs. */
  private static boolean cancelled(Thread hook) {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      return false;
    }
  }

  /** The ids of the containers that are there. */
  public Map<Name, String> ids() {
    Map<Name, String> ids = new TreeMap<>();
    Container.all("", read("compose", "ps", "--all", "--format", "json"), "")
        .forEach(one -> Optional.ofNullable(one.id()).ifPresent(id -> ids.put(one.name(), id)));
    return ids;
  }

  /** SIGKILL to a container, by its id; it stays down. */
  public void kill(String id) {
    read("kill", id);
  }

  /** Starts a container that is down, by its id. */
  public void start(String id) {
    read("start", id);
  }

  /** An orderly stop and a start of a container, by its id. */
  public void restart(String id) {
    read("restart", id);
  }

  /** Whether its health check succeeds. */
  public boolean isHealthy(String id) {
    return read("inspect", "--format", "{{.State.Health.Status}}", id).strip().equals("healthy");
  }

  /**
   * Runs a line of bash in a service's container and returns what it prints.
   *
   * @param arguments the line's {@code $0}, {@code $1} and so on
   */
  public String bash(String service, String line, String... arguments) {
    return read(inside(service, line, arguments));
  }

  /** The same, read while it runs; whoever starts it ends it. */
  public Process following(String service, String line, String... arguments) {
    return started(
        command(inside(service, line, arguments)).redirectError(ProcessBuilder.Redirect.DISCARD));
  }

  private static String[] inside(String service, String line, String... arguments) {
    return Stream.concat(
            Stream.of("compose", "exec", "--no-TTY", service, "bash", "-c", line),
            Stream.of(arguments))
        .toArray(String[]::new);
  }

  /** A link to the dashboard, good once and for five minutes. */
  public String link() {
    return read("compose", "exec", "--no-TTY", "gw-1", "link").strip();
  }

  /** The port of this machine at which a gateway serves the site. */
  public int sitePort(Name gateway) {
    return port(gateway, 8080);
  }

  /** The port of this machine at which a gateway has its dashboard and API. */
  public int adminPort(Name gateway) {
    return port(gateway, 9090);
  }

  /** While it has no container that runs, the one at which it would. */
  private int port(Name gateway, int inside) {
    Matcher port =
        PORT.matcher(
            tell("compose", "port", gateway.toString(), String.valueOf(inside)).orElse(""));
    return port.matches()
        ? Integer.parseInt(port.group(1))
        : published(read("compose", "config", "--format", "json"), gateway, inside);
  }

  /** What {@code docker compose config} says of it. */
  static int published(String config, Name gateway, int inside) {
    return Json.MAPPER
        .readTree(config)
        .path("services")
        .path(gateway.toString())
        .path("ports")
        .valueStream()
        .filter(port -> port.path("target").asInt(0) == inside)
        .mapToInt(port -> port.path("published").asInt(0))
        .filter(port -> port > 0)
        .findFirst()
        .orElseThrow(
            () -> new Problem("%s publishes no port in docker-compose.yml.".formatted(gateway)));
  }

  private Optional<String> tell(String... arguments) {
    try {
      return Optional.of(read(arguments).strip());
    } catch (Problem failed) {
      return Optional.empty();
    }
  }

  /** What the controllers say of the nodes, in the words of the one that knows best. */
  public Optional<JsonNode> topology() {
    return Picture.best(CONTROLLERS.stream().flatMap(one -> picture(one).stream()))
        .map(Picture::topology);
  }

  private Optional<Picture> picture(String controller) {
    return tell("compose", "exec", "--no-TTY", controller, "bash", "-c", TOPOLOGY)
        .flatMap(answer -> Picture.of(controller, answer));
  }

  private void show(String failure, String... arguments) {
    if (exit(started(command(arguments).inheritIO())) != 0) {
      throw new Problem(
          "%s. `%s` and `%s` tell more.".formatted(failure, typed("ps --all"), typed("logs")));
    }
  }

  private String read(String... arguments) {
    Process process = started(command(arguments));
    CompletableFuture<String> complaint =
        CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
    String out = text(process.getInputStream());
    if (exit(process) != 0) {
      throw new Problem(
          "`docker %s` failed: %s"
              .formatted(String.join(" ", arguments), (out + complaint.join()).strip()));
    }
    return out;
  }

  private static String text(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ProcessBuilder command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(docker));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(project.toFile());
    name().ifPresent(name -> builder.environment().put(NAME_VARIABLE, name));
    return builder;
  }

  private Process started(ProcessBuilder command) {
    try {
      return command.start();
    } catch (IOException noSuchCommand) {
      throw new Problem(
          areUp()
              ? "The command docker is missing, and the stack of %s runs in containers. Install Docker; if the containers are gone, delete the file %s."
                  .formatted(home.folder(), mark())
              : "The command docker is missing. Install Docker, or leave --docker out: `mainstay up` needs none.");
    }
  }

  private static int exit(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      return -1;
    }
  }
}
