package dev.mainstay.stack.containers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/**
 * What stands in {@code docker-compose.yml} and the {@code Dockerfile}, where a run with other
 * ports and prepared images would not show it.
 */
class ComposeFileTest {

  private static final Path PROJECT = project();
  private static final List<String> NODES = List.of("db-1", "db-2", "db-3");
  private static final JsonNode FILE = file();

  private static Path project() {
    Path parent = Path.of("").toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalStateException("the module lies in no folder");
    }
    return parent;
  }

  private static JsonNode file() {
    Map<String, Object> merged = new Yaml().load(text("docker-compose.yml"));
    return new ObjectMapper().valueToTree(merged);
  }

  private static String text(String file) {
    try {
      return Files.readString(PROJECT.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, JsonNode> services() {
    return new ObjectMapper().convertValue(FILE.path("services"), new TypeReference<>() {});
  }

  private static JsonNode service(String name) {
    return FILE.path("services").path(name);
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  @Test
  void fourPortsArePublishedByDefaultAndTheAdminsOnLoopbackOnly() {
    Pattern variable = Pattern.compile("\\$\\{[A-Z_0-9]+:-([0-9]+)}");
    List<String> published =
        services().values().stream()
            .flatMap(service -> texts(service.path("ports")).stream())
            .map(port -> variable.matcher(port).replaceAll("$1"))
            .toList();

    assertThat(published)
        .containsExactlyInAnyOrder(
            "8080:8080", "127.0.0.1:9090:9090", "8081:8080", "127.0.0.1:9091:9090");
  }

  @Test
  void theProjectBearsTheNameThatTheCommandExpects() {
    assertThat(FILE.path("name").asText()).isEqualTo(Containers.STANDARD_NAME);
  }

  @Test
  void nothingHasAFixedNameSoThatAnyNumberMayRun() {
    assertThat(services().values())
        .noneMatch(service -> service.has("container_name") || service.has("hostname"));
    assertThat(service("web-app").has("ports")).isFalse();
    assertThat(service("web-app").at("/deploy/replicas").asInt()).isEqualTo(2);
  }

  @Test
  void everyServiceIsConfinedAndItsLogsEnd() {
    services()
        .forEach(
            (name, service) -> {
              assertThat(service.path("read_only").asBoolean()).as(name).isTrue();
              assertThat(texts(service.path("cap_drop"))).as(name).containsExactly("ALL");
              assertThat(texts(service.path("security_opt")))
                  .as(name)
                  .containsExactly("no-new-privileges:true");
              for (String open : List.of("privileged", "cap_add", "pid", "ipc", "devices")) {
                assertThat(service.has(open)).as("%s: %s", name, open).isFalse();
              }
              assertThat(service.at("/logging/options/max-size").asText()).as(name).isNotEmpty();
              assertThat(service.at("/logging/options/max-file").asText()).as(name).isNotEmpty();
              assertThat(service.path("restart").asText())
                  .as(name)
                  .isEqualTo(name.equals("secrets") ? "no" : "unless-stopped");
              assertThat(service.path("volumes").toString()).as(name).doesNotContain("docker.sock");
            });
  }

  /**
   * Trap: Compose asks a public registry for such a name first, and runs what anybody put there.
   */
  @Test
  void whatIsBuiltHereIsNeverPulled() {
    assertThat(services().values())
        .filteredOn(service -> service.path("image").asText().startsWith("mainstay/"))
        .hasSize(6)
        .allSatisfy(service -> assertThat(service.path("pull_policy").asText()).isEqualTo("never"));
  }

  /**
   * Trap: Compose builds all at once, and an engine whose images are containerd's refuses the
   * second one of a tag. Whoever is started waits for all builds, but asks for those alone that it
   * depends on: so the controllers' image, which all wait for, is built for {@code secrets}.
   */
  @Test
  void everyImageIsBuiltForOneServiceAndOnlyOne() {
    List<String> built =
        services().entrySet().stream()
            .filter(service -> service.getValue().has("build"))
            .map(
                service ->
                    "%s: %s is %s"
                        .formatted(
                            service.getKey(),
                            service.getValue().path("image").asText().replaceAll(":.*", ""),
                            service.getValue().at("/build/target").asText()))
            .toList();

    assertThat(built)
        .containsExactlyInAnyOrder(
            "secrets: mainstay/controller is controller",
            "web-app: mainstay/web-app is web-app",
            "gw-1: mainstay/gateway is gateway");
  }

  @Test
  void theGatewaysAndTheNodesShareNoNetwork() {
    services()
        .forEach(
            (name, service) -> {
              List<String> expected =
                  switch (name) {
                    case "secrets" -> List.of();
                    case "gw-1", "gw-2" -> List.of("edge", "control");
                    case "rt-1", "rt-2" -> List.of("data", "control");
                    case "web-app" -> List.of("edge", "data");
                    default -> List.of("data");
                  };
              assertThat(texts(service.path("networks"))).as(name).isEqualTo(expected);
            });
    assertThat(service("secrets").path("network_mode").asText()).isEqualTo("none");
    assertThat(FILE.at("/networks/data/internal").asBoolean()).isTrue();
    assertThat(FILE.at("/networks/control/internal").asBoolean()).isTrue();
  }

  @Test
  void nodesAreKilledAndRunAsTheImagesOwnUser() {
    assertThat(NODES)
        .allSatisfy(
            name -> {
              JsonNode node = service(name);
              assertThat(node.path("stop_signal").asText()).isEqualTo("SIGKILL");
              assertThat(node.path("user").asText()).isEqualTo("999:999");
              assertThat(node.path("image").asText()).isEqualTo("${MYSQL_IMAGE:-mysql:9.7}");
            });
  }

  /** A node that never comes keeps nobody; for everything else one waits until it is healthy. */
  @Test
  void everyServiceWaitsForThoseThatItNeeds() {
    assertThat(waitsFor("db-1")).containsExactly("secrets: service_completed_successfully");
    assertThat(waitsFor("rt-1"))
        .containsExactlyInAnyOrder(
            "secrets: service_completed_successfully",
            "db-1: service_started, if it is there",
            "db-2: service_started, if it is there",
            "db-3: service_started, if it is there");
    assertThat(waitsFor("web-app"))
        .containsExactlyInAnyOrder(
            "rt-1: service_healthy, if it is there", "rt-2: service_healthy, if it is there");
    assertThat(waitsFor("gw-1")).containsExactly("web-app: service_healthy");
  }

  private static List<String> waitsFor(String service) {
    return service(service).path("depends_on").properties().stream()
        .map(
            each ->
                "%s: %s%s"
                    .formatted(
                        each.getKey(),
                        each.getValue().path("condition").asText(),
                        each.getValue().path("required").asBoolean(true) ? "" : ", if it is there"))
        .toList();
  }

  /** Also what runs only for a moment at the start. */
  @Test
  void allTogetherMayHaveFourGibibytesAtMost() {
    long mebibytes =
        services().values().stream()
            .mapToLong(
                service -> {
                  String limit = service.at("/deploy/resources/limits/memory").asText();
                  assertThat(limit).matches("[0-9]+M");
                  return Long.parseLong(limit.replace("M", ""))
                      * service.at("/deploy/replicas").asInt(1);
                })
            .sum();

    assertThat(mebibytes).isLessThanOrEqualTo(4096);
  }

  /** A JVM that takes all that it may is told so by itself, and not killed by the kernel. */
  @Test
  void whatAJvmTakesAtMostFitsItsLimit() {
    Map<String, String> services =
        Map.of("gateway", "gw-1", "web-app", "web-app", "controller", "rt-1");
    services.forEach(
        (image, service) -> {
          String limit = service(service).at("/deploy/resources/limits/memory").asText();
          assertThat(JvmCeiling.mebibytes(PROJECT, image))
              .as(image)
              .isLessThanOrEqualTo(number("([0-9]+)M", limit));
        });
  }

  /**
   * Trap: a clone under umask 077 has files that nobody but its owner may read, and a build keeps
   * their modes. The stage that compiles has root to read them.
   */
  @Test
  void whateverAnImageHasOfTheRepositoryIsGivenItsMode() {
    List<String> copies =
        found(text("Dockerfile"), "(?m)^(COPY .*)$")
            .filter(copy -> !copy.contains("--from=") && !copy.equals("COPY . ."))
            .toList();

    assertThat(copies)
        .hasSize(5)
        .allMatch(copy -> copy.matches("COPY --chmod=(755|644) docker/.*"));
  }

  /** The same trap, for what is mounted: the first service looks, before all that wait for it. */
  @Test
  void whatOthersAreGivenOfTheRepositoryIsLookedAtFirst() {
    List<String> looked = mounted(service("secrets"));
    assertThat(service("secrets").path("entrypoint").toString())
        .contains("readable docker/config docker/node && exec make-secrets");
    assertThat(looked).containsExactlyInAnyOrder("docker/config", "docker/node");
    assertThat(services().values())
        .flatExtracting(ComposeFileTest::mounted)
        .hasSizeGreaterThan(8)
        .allMatch(path -> looked.stream().anyMatch(path::startsWith));
  }

  private static List<String> mounted(JsonNode service) {
    return texts(service.path("volumes")).stream()
        .filter(volume -> volume.startsWith("./"))
        .map(volume -> volume.replaceFirst("^\\./", "").replaceFirst(":.*", ""))
        .toList();
  }

  @Test
  void aFolderThatTheContainersUsersMayNotReadIsNamedWithWhatToDo(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path script =
        Files.writeString(Files.createDirectory(folder.resolve("node")).resolve("start"), "");
    for (Path path : List.of(folder, folder.resolve("node"))) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(readable(folder)).isEqualTo("0: ");

    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("-w-------"));
    assertThat(readable(folder))
        .matches("1: .* may not read node/start: run `chmod -R go\\+rX docker`.*");

    Files.setPosixFilePermissions(script.getParent(), PosixFilePermissions.fromString("-wx------"));
    assertThat(readable(folder)).matches("1: .* may not read node: run .*");
  }

  /** Its exit code and what it says; by a user who is not root, who may read everything. */
  private static String readable(Path folder) throws IOException, InterruptedException {
    boolean root = Files.getOwner(folder).getName().equals("root");
    Stream<String> other =
        root ? Stream.of("setpriv", "--reuid=65534", "--clear-groups") : Stream.of();
    Process process =
        new ProcessBuilder(Stream.concat(other, Stream.of("bash", "-s", "node")).toList())
            .directory(folder.toFile())
            .redirectInput(PROJECT.resolve("docker/readable").toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + ": " + said.strip();
  }

  private static int number(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .findFirst()
        .map(found -> Integer.parseInt(found.group(1)))
        .orElseThrow();
  }

  @Test
  void everythingThatNamesTheVersionNamesTheSame() {
    String version =
        found(text("pom.xml"), "<artifactId>mainstay</artifactId>\\s*<version>([^<]+)</version>")
            .findFirst()
            .orElseThrow();

    assertThat(
            Stream.of(
                    found(text("docker-compose.yml"), "image: mainstay/[a-z-]+:(\\S+)"),
                    found(text("Dockerfile"), "image\\.version=\"([^\"]+)\""),
                    found(text("Dockerfile"), "mainstay/[a-z-]+:(\\S+)"),
                    found(text(".ci/service-images"), "mainstay/\\$service:([^\"]+)"),
                    found(text("docs/deploy.md"), "mainstay/[a-z-]+:(\\S+)"),
                    found(text("k8s/overlays/local/kustomization.yaml"), "mainstay/[a-z-]+:(\\S+)"))
                .flatMap(each -> each))
        .hasSizeGreaterThan(15)
        .containsOnly(version);
  }

  /** Nodes of another version would be what no test ran on. */
  @Test
  void everythingThatNamesTheDatabasesVersionNamesTheSame() {
    String test = "db-router/starter/src/test/java/dev/mainstay/db/router/ContainerNodesIT.java";

    assertThat(
            Stream.of(
                    found(text("docker-compose.yml"), ":-mysql:([^}]+)}"),
                    found(
                        text("k8s/base/kustomization.yaml"),
                        "- name: mysql\\s+newTag: \"([^\"]+)\""),
                    found(text("docs/deploy.md"), "`mysql:([^`]+)`"),
                    found(text(test), "\"mysql:([^\"]+)\""),
                    found(text("README.md"), "MySQL (9[0-9.]*[0-9])"))
                .flatMap(each -> each))
        .hasSizeGreaterThan(5)
        .containsOnly("9.7");
  }

  private static Stream<String> found(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().map((MatchResult one) -> one.group(1));
  }

  /** Every image: no root, a look at its health that is no second JVM, and who made it. */
  @Test
  void everyImageSaysHowItIsRun() {
    String dockerfile = text("Dockerfile");
    assertThat(found(dockerfile, "(?m)^ARG ([A-Z_]+)=\\S+$"))
        .containsExactly("BUILD_IMAGE", "JAVA_IMAGE");
    assertThat(found(dockerfile, "(?m)^FROM (?:--platform=\\S+ )?(\\S+) AS "))
        .containsOnly("${BUILD_IMAGE}", "${JAVA_IMAGE}", "runtime");
    for (String service : List.of("gateway", "web-app", "controller")) {
      String stage =
          found(dockerfile, "(?ms)^FROM runtime AS " + service + "$(.*?)(?=^FROM |\\z)")
              .findFirst()
              .orElseThrow();
      assertThat(stage)
          .as(service)
          .containsSubsequence("USER 10001:10001", "HEALTHCHECK", "ENTRYPOINT [\"java\"")
          .contains("\"probe\"", "--start-interval=1s", "-XX:AOTCache=app.aot")
          .contains("opencontainers.image.title", "opencontainers.image.description")
          .doesNotContain("curl", "amd64", "x86");
    }
  }
}
