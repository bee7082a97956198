package dev.mainstay.stack.k8s;

import static java.util.Locale.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.containers.JvmCeiling;
import dev.mainstay.stack.launch.ClusterSecrets;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every overlay builds, is read strictly, and keeps every rule. */
class OverlaysTest {

  private static final long SPRINGS_OWN_SHUTDOWN_SECONDS = 30;

  private static final Path K8S = Repository.folder().resolve("k8s");

  static List<String> overlays() throws IOException {
    try (Stream<Path> folders = Files.list(K8S.resolve("overlays"))) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  static Stream<Arguments> overlaysAndRules() throws IOException {
    return overlays().stream()
        .flatMap(overlay -> Stream.of(Rule.values()).map(rule -> Arguments.of(overlay, rule)));
  }

  private static Objects objects(String overlay) {
    return Manifests.read(Kustomize.build(K8S.resolve("overlays").resolve(overlay)));
  }

  @Test
  void thereIsOneForALaptopAndOneForACluster() throws IOException {
    assertThat(overlays()).containsExactly("local", "production");
  }

  @ParameterizedTest
  @MethodSource("overlaysAndRules")
  void keeps(String overlay, Rule rule) {
    assertThat(rule.breaches(objects(overlay))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void holdsTheWholeStack(String overlay) {
    assertThat(objects(overlay).workloads())
        .extracting(Objects.Workload::toString)
        .containsExactlyInAnyOrder(
            "StatefulSet db", "Deployment controller", "Deployment web-app", "Deployment gateway");
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void nodesKeepTheirNamesAndAreChangedByHand(String overlay) {
    StatefulSet nodes = objects(overlay).find(StatefulSet.class, "db").orElseThrow();

    assertThat(nodes.getSpec().getReplicas()).isEqualTo(3);
    assertThat(nodes.getSpec().getOrdinals().getStart()).isEqualTo(1);
    assertThat(nodes.getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
    assertThat(nodes.getSpec().getUpdateStrategy().getType()).isEqualTo("OnDelete");
    assertThat(
            nodes
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getReadinessProbe()
                .getExec()
                .getCommand())
        .containsExactly("bash", "/etc/mainstay/ready.sh");
    assertThat(objects(overlay).find(Service.class, "db").orElseThrow().getSpec())
        .satisfies(
            service -> {
              assertThat(service.getClusterIP()).isEqualTo("None");
              // A controller has to reach those that are not ready.
              assertThat(service.getPublishNotReadyAddresses()).isTrue();
            });
  }

  /** Only what the API server itself would accept in a namespace of this standard. */
  @ParameterizedTest
  @MethodSource("overlays")
  void theNamespaceIsRestrictedAndTheSameThatTheSecretsBring(String overlay) {
    Namespace namespace = objects(overlay).find(Namespace.class, "mainstay").orElseThrow();

    assertThat(namespace.getMetadata().getLabels())
        .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
    assertThat(Manifests.read(ClusterSecrets.fresh().manifest("mainstay")).of(Namespace.class))
        .containsExactly(namespace);
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void everythingButTheNamespaceIsInIt(String overlay) {
    assertThat(objects(overlay).all())
        .filteredOn(object -> !(object instanceof Namespace))
        .extracting(object -> object.getMetadata().getNamespace())
        .containsOnly("mainstay");
  }

  /** A ConfigMap whose name holds its content restarts the pods when that changes. */
  @ParameterizedTest
  @MethodSource("overlays")
  void configMapsAreNamedByTheirContent(String overlay) {
    assertThat(Manifests.trees(Kustomize.build(K8S.resolve("overlays").resolve(overlay))))
        .filteredOn(tree -> tree.path("kind").asText().equals("ConfigMap"))
        .extracting(tree -> tree.at("/metadata/name").asText())
        .hasSize(5)
        .allMatch(name -> name.matches("[a-z-]+-[a-z0-9]{10}"));
  }

  /**
   * A pod that ends is given its preStop, and then as long as Spring waits for requests in flight.
   */
  @ParameterizedTest
  @CsvSource({
    "web-app, web-app",
    "gateway, gateway",
    "controller, db-router/controller",
  })
  void whatIsInFlightHasTimeToEnd(String name, String module) throws IOException {
    String defaults =
        Files.readString(
            Repository.folder().resolve(module).resolve("src/main/resources/application.yml"));
    var told = Pattern.compile("timeout-per-shutdown-phase: (\\d+)s").matcher(defaults);
    long shutdown = told.find() ? Long.parseLong(told.group(1)) : SPRINGS_OWN_SHUTDOWN_SECONDS;
    PodSpec pod =
        objects("production")
            .find(Deployment.class, name)
            .orElseThrow()
            .getSpec()
            .getTemplate()
            .getSpec();
    var lifecycle = pod.getContainers().getFirst().getLifecycle();
    long preStop = lifecycle == null ? 0 : lifecycle.getPreStop().getSleep().getSeconds();

    assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(preStop + shutdown);
  }

  /**
   * Who is asked by name serves on until all have heard that it goes; a node is killed, by its
   * first process, and asks for its successor before that.
   */
  @ParameterizedTest
  @MethodSource("overlays")
  void whatEndsTellsOthersBefore(String overlay) {
    Objects objects = objects(overlay);
    Function<String, Container> first =
        name ->
            objects.workloads().stream()
                .filter(workload -> workload.name().equals(name))
                .map(workload -> workload.containers().getFirst())
                .findFirst()
                .orElseThrow();

    Function<String, Long> preStop =
        name -> first.apply(name).getLifecycle().getPreStop().getSleep().getSeconds();
    // By a Service's address: the machines are told by the API server.
    assertThat(preStop.apply("gateway")).isGreaterThanOrEqualTo(5);
    // By name: asked for every two seconds, and CoreDNS' own ttl and cache are 30 s by default.
    assertThat(preStop.apply("web-app")).isGreaterThanOrEqualTo(30 + 2);
    Container node = first.apply("db");
    assertThat(node.getCommand()).containsExactly("bash", "/etc/mainstay/run.sh");
    assertThat(node.getLifecycle().getPreStop().getExec().getCommand())
        .startsWith("bash", "/etc/mainstay/leave.sh");
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void podsReachWhatTheyNeedAndNothingElse(String overlay) {
    assertThat(new Openings(objects(overlay)).betweenPods())
        .containsExactlyInAnyOrder(
            "gateway -> web-app:8080/TCP",
            "gateway -> controller:9300/TCP",
            "web-app -> db:3306/TCP",
            "web-app -> controller:9300/TCP",
            "controller -> db:3306/TCP",
            "db -> db:3306/TCP",
            "db -> controller:9300/TCP");
  }

  /** All ask for names; who comes to the site, comes by the door. */
  @ParameterizedTest
  @CsvSource({"local, anywhere", "production, namespace ingress-nginx"})
  void nothingElseIsOpenToTheOutside(String overlay, String door) {
    Stream<String> names =
        Stream.of("gateway", "web-app", "controller", "db")
            .flatMap(
                pod ->
                    Stream.of("namespace kube-system", "169.254.20.10/32")
                        .flatMap(
                            where ->
                                Stream.of("UDP", "TCP")
                                    .map(how -> "%s -> %s:53/%s".formatted(pod, where, how))));

    assertThat(new Openings(objects(overlay)).toTheOutside())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(names, Stream.of(door + " -> gateway:8080/TCP")).toList());
  }

  @Test
  void inProductionWebAppsAreScaledByLoadAndNeverToFewerThanTheZones() {
    assertThat(objects("production").of(HorizontalPodAutoscaler.class))
        .singleElement()
        .satisfies(
            scaler -> {
              assertThat(scaler.getSpec().getScaleTargetRef().getName()).isEqualTo("web-app");
              assertThat(scaler.getSpec().getMinReplicas()).isEqualTo(3);
              assertThat(scaler.getSpec().getMetrics())
                  .extracting(metric -> metric.getResource().getName())
                  .containsExactly("cpu");
            });
  }

  /**
   * What {@code docs/deploy.md} tells to stop is all that there is, in the order of its list, and
   * all of it comes back. Trap: what the autoscaler numbers has no number in the overlay, and stays
   * at 0 after an {@code apply}.
   */
  @Test
  void whatIsStoppedByTheBookComesBackByTheBook() {
    String book = Repository.text(Repository.folder().resolve("docs/deploy.md"));
    String stop = between(book, "for part in ", "; do");
    String start = between(book, "kubectl apply -k k8s/overlays/production  ", "```");

    assertThat(stop.split(" "))
        .containsExactly(
            "deployment/gateway", "deployment/web-app", "deployment/controller", "statefulset/db");
    assertThat(objects("production").workloads())
        .allSatisfy(
            workload -> {
              String part =
                  "%s/%s".formatted(workload.owner().getKind().toLowerCase(ROOT), workload.name());
              assertThat(stop.split(" ")).contains(part);
              if (workload.replicas() == null) {
                assertThat(start).contains("scale %s --replicas=3".formatted(part));
              } else {
                assertThat(start).doesNotContain("scale " + part);
              }
            });
    assertThat(objects("local").workloads())
        .allSatisfy(workload -> assertThat(workload.replicas()).isNotNull());
  }

  private static String between(String text, String before, String after) {
    int from = text.indexOf(before);
    assertThat(from).as(before).isNotNegative();
    int begin = from + before.length();
    return text.substring(begin, text.indexOf(after, begin));
  }

  /** A budget that lets none go would keep a machine from being drained for ever. */
  @Test
  void inProductionBudgetsLetOnePodOfAKindGo() {
    assertThat(objects("production").of(PodDisruptionBudget.class))
        .extracting(budget -> budget.getSpec().getMaxUnavailable().getIntVal())
        .hasSize(4)
        .containsOnly(1);
  }

  @Test
  void aLaptopNeedsFourGibibytesAtMost() {
    BigDecimal bytes =
        objects("local").workloads().stream()
            .map(
                workload -> {
                  Integer replicas = workload.replicas();
                  return workload.containers().stream()
                      .map(one -> one.getResources().getLimits().get("memory"))
                      .map(Quantity::getNumericalAmount)
                      .reduce(BigDecimal.ZERO, BigDecimal::add)
                      .multiply(BigDecimal.valueOf(replicas == null ? 1 : replicas));
                })
            .reduce(BigDecimal.ZERO, BigDecimal::add);

    assertThat(bytes).isLessThanOrEqualTo(BigDecimal.valueOf(4L << 30));
  }

  /** A JVM that takes all that it may is told so by itself, and not killed by the kernel. */
  @ParameterizedTest
  @MethodSource("overlays")
  void whatAJvmTakesAtMostFitsItsLimit(String overlay) {
    assertThat(objects(overlay).workloads())
        .filteredOn(workload -> !workload.name().equals("db"))
        .hasSize(3)
        .allSatisfy(
            service -> {
              int most = JvmCeiling.mebibytes(Repository.folder(), service.name());
              assertThat(service.containers())
                  .extracting(one -> one.getResources().getLimits().get("memory"))
                  .extracting(Quantity::getNumericalAmount)
                  .allSatisfy(
                      limit ->
                          assertThat(limit)
                              .isGreaterThanOrEqualTo(BigDecimal.valueOf((long) most << 20)));
            });
  }

  @Test
  void imagesOnALaptopAreThoseLoadedByHand() {
    assertThat(objects("local").workloads())
        .flatExtracting(Objects.Workload::containers)
        .extracting(container -> container.getImagePullPolicy())
        .containsOnly("IfNotPresent");
  }

  @Test
  void inProductionEveryWorkloadIsSpreadAndHasABudget() {
    Objects production = objects("production");

    assertThat(production.workloads())
        .allSatisfy(
            workload -> {
              assertThat(workload.pod().getTopologySpreadConstraints())
                  .extracting(constraint -> constraint.getTopologyKey())
                  .contains("topology.kubernetes.io/zone");
              assertThat(workload.pod().getAffinity().getPodAntiAffinity()).isNotNull();
              assertThat(production.of(PodDisruptionBudget.class))
                  .filteredOn(
                      budget -> Objects.selects(budget.getSpec().getSelector(), workload.labels()))
                  .hasSize(1);
            });
  }

  @Test
  void inProductionNodesNeverShareAMachineAndHaveADiskClass() {
    StatefulSet nodes = objects("production").find(StatefulSet.class, "db").orElseThrow();

    assertThat(
            nodes
                .getSpec()
                .getTemplate()
                .getSpec()
                .getAffinity()
                .getPodAntiAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution())
        .extracting(term -> term.getTopologyKey())
        .containsExactly("kubernetes.io/hostname");
    assertThat(nodes.getSpec().getVolumeClaimTemplates())
        .extracting(claim -> claim.getSpec().getStorageClassName())
        .doesNotContainNull();
  }

  @Test
  void theSiteInProductionIsServedOverTls() {
    assertThat(
            objects("production").of(io.fabric8.kubernetes.api.model.networking.v1.Ingress.class))
        .singleElement()
        .satisfies(ingress -> assertThat(ingress.getSpec().getTls()).isNotEmpty());
  }

  /** Also in files that no overlay takes. */
  @Test
  void noFileHoldsASecret() throws IOException {
    try (Stream<Path> manifests = Files.walk(K8S);
        Stream<Path> shared = Files.walk(Repository.folder().resolve("docker"))) {
      assertThat(Stream.concat(manifests, shared).filter(Files::isRegularFile))
          .isNotEmpty()
          .allSatisfy(
              file ->
                  assertThat(Repository.text(file))
                      .doesNotContainPattern("(?m)^kind: Secret$")
                      .doesNotContain("secretGenerator")
                      .doesNotContain("PRIVATE KEY"));
    }
  }

  @Test
  void theSecretsAreReadStrictlyToo() {
    List<HasMetadata> printed = Manifests.read(ClusterSecrets.fresh().manifest("elsewhere")).all();

    assertThat(printed).extracting(HasMetadata::getKind).containsExactly("Namespace", "Secret");
  }
}
