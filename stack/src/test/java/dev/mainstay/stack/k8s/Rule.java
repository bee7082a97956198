package dev.mainstay.stack.k8s;

import dev.mainstay.stack.k8s.Objects.Workload;
import dev.mainstay.stack.launch.ClusterSecrets;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What must hold of all objects of an overlay together. */
enum Rule {

  /** Every container asks for processor and memory, and may not have more than it says. */
  LIMITS(Rule::limits),

  /** Every container says when it has started, when it is ready and when it is stuck. */
  PROBES(Rule::probes),

  /** Kubernetes' standard "restricted", and beyond it: a read-only root and no API token. */
  RESTRICTED(Rule::restricted),

  /** Every selector finds pods, and a workload's own finds its own. */
  SELECTORS(Rule::selectors),

  /** Every port that is named somewhere is a port of the container that it leads to. */
  PORTS(Rule::ports),

  /** Whatever is referred to is there: ConfigMaps and their keys, Services, scaled workloads. */
  REFERENCES(Rule::references),

  /** Every secret that is used is made by {@code ./mainstay k8s secrets}. */
  SECRETS(Rule::secrets),

  /** Images of this project bear its version, and others a version too. */
  IMAGES(Rule::images),

  /** Nothing may talk by default, and every pod has a policy that names it. */
  POLICED(Rule::policed),

  /**
   * No secret's value stands in a manifest: not in what a container is told, in settings, in a
   * script, nor in an annotation.
   */
  NO_SECRET_VALUES(Rule::noSecretValues),

  /** What has to be told to others before a pod ends fits into the time that it is given. */
  GRACE(Rule::grace);

  private static final Pattern SECRET_NAME = Pattern.compile("(?i)password|token|secret");
  private static final Pattern SECRET_VALUE =
      Pattern.compile(
          "(?i)^[^#]*(password|token|secret)[\\w.\"'-]*\\s*[:=]\\s*(?!\\$\\{|\"\\$\\{)\\S");

  /** In a command or a script, where {@code $…} and {@code %s} stand for what is known later. */
  private static final Pattern SECRET_ARGUMENT =
      Pattern.compile(
          "(?i)^[^#]*(?:(?<![\\w.${-])[\\w.-]*(?:password|token|secret)[\\w.-]*(?<!file)="
              + "[\"']?[^\\s\"'$%/]|\\bidentified\\b.*\\bby\\s+[\"'][^$%])");

  private static final Pattern SECRET_OPTION =
      Pattern.compile("(?i)--?[\\w.-]*(?:password|token|secret)");

  @SuppressWarnings("ImmutableEnumChecker") // It is always a reference to a static method.
  private final BiConsumer<Objects, Consumer<String>> check;

  Rule(BiConsumer<Objects, Consumer<String>> check) {
    this.check = check;
  }

  /** Everything that breaks the rule, each in a sentence. */
  List<String> breaches(Objects objects) {
    List<String> breaches = new ArrayList<>();
    check.accept(objects, breaches::add);
    return breaches;
  }

  private static void limits(Objects objects, Consumer<String> breach) {
    containers(
        objects,
        (place, container) -> {
          for (String resource : List.of("cpu", "memory")) {
            Quantity request = quantity(container, true, resource);
            Quantity limit = quantity(container, false, resource);
            if (request == null || limit == null) {
              breach.accept(
                  "%s has no %s of %s"
                      .formatted(place, limit == null ? "limit" : "request", resource));
            } else if (request.getNumericalAmount().compareTo(limit.getNumericalAmount()) > 0) {
              breach.accept("%s asks for more %s than its limit".formatted(place, resource));
            }
          }
        });
  }

  private static void probes(Objects objects, Consumer<String> breach) {
    for (Workload workload : objects.workloads()) {
      for (Container container : workload.pod().getContainers()) {
        String place = workload + ", container " + container.getName();
        probe(place, "startup", container, container.getStartupProbe(), breach);
        probe(place, "readiness", container, container.getReadinessProbe(), breach);
        probe(place, "liveness", container, container.getLivenessProbe(), breach);
        // Who is not ready, because another is away, is not to be restarted for it.
        Probe alive = container.getLivenessProbe();
        if (alive != null
            && alive.getHttpGet() != null
            && !alive.getHttpGet().getPath().endsWith("/liveness")) {
          breach.accept(
              "%s is restarted when %s fails (expected: …/liveness)"
                  .formatted(place, alive.getHttpGet().getPath()));
        }
      }
    }
  }

  private static void restricted(Objects objects, Consumer<String> breach) {
    objects.workloads().forEach(workload -> restrictedPod(workload, breach));
    containers(objects, (place, container) -> restricted(place, container, breach));
  }

  private static void selectors(Objects objects, Consumer<String> breach) {
    for (Workload workload : objects.workloads()) {
      if (Objects.labels(workload.selector()).isEmpty()
          || !Objects.selects(workload.selector(), workload.labels())) {
        breach.accept("%s does not select its own pods".formatted(workload));
      }
      spreadSelectors(workload)
          .filter(selector -> !Objects.selects(selector, workload.labels()))
          .forEach(
              selector ->
                  breach.accept(
                      "%s is spread by labels that its pods lack: %s"
                          .formatted(workload, selector.getMatchLabels())));
    }
    for (Service service : objects.of(Service.class)) {
      selectsSome(objects, service, selector(service), breach);
    }
    for (PodDisruptionBudget budget : objects.of(PodDisruptionBudget.class)) {
      selectsSome(objects, budget, budget.getSpec().getSelector(), breach);
    }
    for (NetworkPolicy policy : objects.of(NetworkPolicy.class)) {
      selectsSome(objects, policy, policy.getSpec().getPodSelector(), breach);
      peers(policy)
          .filter(peer -> peer.getPodSelector() != null && peer.getNamespaceSelector() == null)
          .forEach(peer -> selectsSome(objects, policy, peer.getPodSelector(), breach));
    }
  }

  private static void ports(Objects objects, Consumer<String> breach) {
    for (Service service : objects.of(Service.class)) {
      for (var port : service.getSpec().getPorts()) {
        IntOrString target =
            Optional.ofNullable(port.getTargetPort()).orElse(new IntOrString(port.getPort()));
        objects.selectedBy(selector(service)).stream()
            .filter(workload -> !workload.hasPort(target))
            .forEach(
                workload ->
                    breach.accept(
                        "Service %s leads to port %s, which %s has not"
                            .formatted(
                                service.getMetadata().getName(), target.getValue(), workload)));
      }
    }
    for (NetworkPolicy policy : objects.of(NetworkPolicy.class)) {
      policyPorts(objects, policy, breach);
    }
    for (Ingress ingress : objects.of(Ingress.class)) {
      ingressPorts(objects, ingress, breach);
    }
  }

  private static void references(Objects objects, Consumer<String> breach) {
    for (Workload workload : objects.workloads()) {
      for (Volume volume : workload.pod().getVolumes()) {
        if (volume.getConfigMap() != null) {
          configMap(
              objects,
              workload,
              volume.getConfigMap().getName(),
              volume.getConfigMap().getItems(),
              breach);
        }
      }
      for (Container container : workload.containers()) {
        container.getVolumeMounts().stream()
            .filter(mount -> !isVolume(workload, mount.getName()))
            .forEach(
                mount ->
                    breach.accept(
                        "%s mounts %s, which is no volume".formatted(workload, mount.getName())));
      }
    }
    for (StatefulSet set : objects.of(StatefulSet.class)) {
      boolean headless =
          objects
              .find(Service.class, set.getSpec().getServiceName())
              .filter(service -> "None".equals(service.getSpec().getClusterIP()))
              .isPresent();
      if (!headless) {
        breach.accept(
            "StatefulSet %s has its names from Service %s, which is no headless Service here"
                .formatted(set.getMetadata().getName(), set.getSpec().getServiceName()));
      }
    }
    for (HorizontalPodAutoscaler scaler : objects.of(HorizontalPodAutoscaler.class)) {
      var target = scaler.getSpec().getScaleTargetRef();
      objects.workloads().stream()
          .filter(
              one ->
                  one.owner().getKind().equals(target.getKind())
                      && one.owner().getApiVersion().equals(target.getApiVersion())
                      && one.name().equals(target.getName()))
          .findFirst()
          .ifPresentOrElse(
              scaled -> {
                if (scaled.replicas() != null) {
                  breach.accept(
                      "%s is scaled, so it must not say how many replicas".formatted(scaled));
                }
              },
              () ->
                  breach.accept(
                      "HorizontalPodAutoscaler %s scales %s %s, which is not here"
                          .formatted(
                              scaler.getMetadata().getName(), target.getKind(), target.getName())));
    }
  }

  private static void secrets(Objects objects, Consumer<String> breach) {
    for (Workload workload : objects.workloads()) {
      for (Volume volume : workload.pod().getVolumes()) {
        if (volume.getSecret() != null) {
          List<KeyToPath> items = volume.getSecret().getItems();
          if (items.isEmpty()) {
            breach.accept(
                "%s mounts all of Secret %s (expected: the keys that it needs)"
                    .formatted(workload, volume.getSecret().getSecretName()));
          }
          items.forEach(
              item -> secret(workload, volume.getSecret().getSecretName(), item.getKey(), breach));
        }
        if (volume.getProjected() != null) {
          breach.accept("%s has a projected volume, which no rule looks into".formatted(workload));
        }
      }
      for (Container container : workload.containers()) {
        if (!container.getEnvFrom().isEmpty()) {
          breach.accept(
              "%s takes variables wholesale, which no rule looks into".formatted(workload));
        }
        container.getEnv().stream()
            .map(EnvVar::getValueFrom)
            .filter(from -> from != null && from.getSecretKeyRef() != null)
            .forEach(
                from ->
                    secret(
                        workload,
                        from.getSecretKeyRef().getName(),
                        from.getSecretKeyRef().getKey(),
                        breach));
      }
    }
  }

  private static void images(Objects objects, Consumer<String> breach) {
    containers(
        objects,
        (place, container) -> {
          String image = container.getImage();
          String name = image.replaceFirst("@.*", "").replaceFirst(":[^:/]*$", "");
          String tag = image.equals(name) ? "" : image.substring(name.length() + 1);
          String wanted = Repository.version();
          if (name.matches("(.*/)?mainstay/[a-z-]+") && !tag.equals(wanted)) {
            breach.accept("%s runs image %s (expected: tag %s)".formatted(place, image, wanted));
          } else if (!tag.matches(".*\\d.*")) {
            breach.accept(
                "%s runs image %s (expected: a version as its tag)".formatted(place, image));
          }
        });
  }

  private static void policed(Objects objects, Consumer<String> breach) {
    List<NetworkPolicy> policies = objects.of(NetworkPolicy.class);
    boolean denied = policies.stream().anyMatch(Rule::deniesAll);
    if (!denied) {
      breach.accept("no NetworkPolicy denies everything to every pod");
    }
    for (Workload workload : objects.workloads()) {
      boolean named =
          policies.stream()
              .map(policy -> policy.getSpec().getPodSelector())
              .filter(selector -> !Objects.labels(selector).isEmpty())
              .anyMatch(selector -> Objects.selects(selector, workload.labels()));
      if (!named) {
        breach.accept("no NetworkPolicy names the pods of %s".formatted(workload));
      }
    }
  }

  private static void noSecretValues(Objects objects, Consumer<String> breach) {
    for (Secret secret : objects.of(Secret.class)) {
      breach.accept("Secret %s is a manifest".formatted(secret.getMetadata().getName()));
    }
    containers(objects, (place, container) -> noSecretValues(place, container, breach));
    for (HasMetadata object : objects.all()) {
      String place = "%s %s".formatted(object.getKind(), object.getMetadata().getName());
      noSecretValues(place, object.getMetadata().getAnnotations(), breach);
    }
    for (Workload workload : objects.workloads()) {
      String place = "%s's pod".formatted(workload);
      noSecretValues(place, workload.template().getMetadata().getAnnotations(), breach);
    }
    for (ConfigMap map : objects.of(ConfigMap.class)) {
      String place = "ConfigMap %s".formatted(map.getMetadata().getName());
      noSecretValues(place, map.getData(), breach);
      if (map.getBinaryData() != null && !map.getBinaryData().isEmpty()) {
        breach.accept("%s has binary data, which no rule looks into".formatted(place));
      }
    }
  }

  private static void noSecretValues(String place, Container container, Consumer<String> breach) {
    for (EnvVar variable : container.getEnv()) {
      String value = Optional.ofNullable(variable.getValue()).orElse("");
      boolean named =
          SECRET_NAME.matcher(variable.getName()).find() && !variable.getName().endsWith("_FILE");
      if (variable.getValue() != null && (named || SECRET_ARGUMENT.matcher(value).find())) {
        breach.accept("%s has the value of %s".formatted(place, variable.getName()));
      }
    }
    for (List<String> command : commands(container)) {
      String previous = "";
      for (String argument : command) {
        String told =
            SECRET_OPTION.matcher(previous).matches() ? previous + "=" + argument : argument;
        told.lines()
            .filter(line -> SECRET_ARGUMENT.matcher(line).find())
            .forEach(line -> breach.accept("%s is told a secret: %s".formatted(place, line)));
        previous = argument;
      }
    }
  }

  /** All that is run in a container. */
  private static List<List<String>> commands(Container container) {
    List<List<String>> commands =
        new ArrayList<>(
            List.of(
                Stream.concat(container.getCommand().stream(), container.getArgs().stream())
                    .toList()));
    Stream.of(
            container.getStartupProbe(),
            container.getReadinessProbe(),
            container.getLivenessProbe())
        .filter(probe -> probe != null && probe.getExec() != null)
        .forEach(probe -> commands.add(probe.getExec().getCommand()));
    var lifecycle = container.getLifecycle();
    if (lifecycle != null) {
      Stream.of(lifecycle.getPostStart(), lifecycle.getPreStop())
          .filter(handler -> handler != null && handler.getExec() != null)
          .forEach(handler -> commands.add(handler.getExec().getCommand()));
    }
    return commands;
  }

  /** Of named texts: settings, scripts, single values. */
  private static void noSecretValues(
      String place, @Nullable Map<String, String> texts, Consumer<String> breach) {
    Optional.ofNullable(texts)
        .orElse(Map.of())
        .forEach(
            (name, text) -> {
              boolean script = name.endsWith(".sh") || text.startsWith("#!");
              boolean single = text.lines().count() == 1 && !name.endsWith("_FILE");
              Pattern pattern = script ? SECRET_ARGUMENT : SECRET_VALUE;
              Stream.concat(
                      text.lines(),
                      single ? Stream.of("%s: %s".formatted(name, text)) : Stream.of())
                  .filter(line -> pattern.matcher(line).find())
                  .forEach(
                      line ->
                          breach.accept("%s holds a secret: %s".formatted(place, line.strip())));
            });
  }

  private static void grace(Objects objects, Consumer<String> breach) {
    for (Workload workload : objects.workloads()) {
      Long grace = workload.pod().getTerminationGracePeriodSeconds();
      for (Container container : workload.pod().getContainers()) {
        long needed = preStop(container);
        if (needed > 0 && (grace == null || grace < needed + 10)) {
          breach.accept(
              "%s has %s s to end, of which preStop takes %d (expected: at least 10 s more)"
                  .formatted(workload, grace, needed));
        }
      }
    }
  }

  private static void containers(Objects objects, BiConsumer<String, Container> visitor) {
    for (Workload workload : objects.workloads()) {
      for (Container container : workload.containers()) {
        visitor.accept(workload + ", container " + container.getName(), container);
      }
    }
  }

  private static @Nullable Quantity quantity(Container container, boolean request, String name) {
    var resources = container.getResources();
    if (resources == null) {
      return null;
    }
    Map<String, Quantity> amounts = request ? resources.getRequests() : resources.getLimits();
    return amounts == null ? null : amounts.get(name);
  }

  private static void probe(
      String place,
      String kind,
      Container container,
      @Nullable Probe probe,
      Consumer<String> breach) {
    if (probe == null) {
      breach.accept("%s has no %s probe".formatted(place, kind));
      return;
    }
    IntOrString port =
        probe.getHttpGet() != null
            ? probe.getHttpGet().getPort()
            : probe.getTcpSocket() != null ? probe.getTcpSocket().getPort() : null;
    if (port != null && container.getPorts().stream().noneMatch(one -> Objects.is(one, port))) {
      breach.accept("%s probes port %s, which it has not".formatted(place, port.getValue()));
    }
  }

  private static void restrictedPod(Workload workload, Consumer<String> breach) {
    var pod = workload.pod();
    PodSecurityContext context = pod.getSecurityContext();
    if (context == null || !Boolean.TRUE.equals(context.getRunAsNonRoot())) {
      breach.accept("%s may run as root".formatted(workload));
    } else if (context.getRunAsUser() == null || context.getRunAsUser() == 0) {
      breach.accept("%s names no user to run as".formatted(workload));
    }
    if (context == null
        || context.getSeccompProfile() == null
        || !"RuntimeDefault".equals(context.getSeccompProfile().getType())) {
      breach.accept("%s has no seccomp profile RuntimeDefault".formatted(workload));
    }
    if (!Boolean.FALSE.equals(pod.getAutomountServiceAccountToken())) {
      breach.accept("%s is given a token for Kubernetes' API".formatted(workload));
    }
    if (Boolean.TRUE.equals(pod.getHostNetwork())
        || Boolean.TRUE.equals(pod.getHostPID())
        || Boolean.TRUE.equals(pod.getHostIPC())
        || pod.getVolumes().stream().anyMatch(volume -> volume.getHostPath() != null)) {
      breach.accept("%s uses its machine's own network, processes or files".formatted(workload));
    }
  }

  private static void restricted(String place, Container container, Consumer<String> breach) {
    SecurityContext context =
        Optional.ofNullable(container.getSecurityContext()).orElse(new SecurityContext());
    if (!Boolean.FALSE.equals(context.getAllowPrivilegeEscalation())
        || Boolean.TRUE.equals(context.getPrivileged())) {
      breach.accept("%s may gain privileges".formatted(place));
    }
    if (!Boolean.TRUE.equals(context.getReadOnlyRootFilesystem())) {
      breach.accept("%s may write to its image".formatted(place));
    }
    if (context.getCapabilities() == null
        || !context.getCapabilities().getDrop().equals(List.of("ALL"))
        || !context.getCapabilities().getAdd().isEmpty()) {
      breach.accept("%s keeps capabilities".formatted(place));
    }
    if (Boolean.FALSE.equals(context.getRunAsNonRoot())
        || (context.getRunAsUser() != null && context.getRunAsUser() == 0)) {
      breach.accept("%s runs as root".formatted(place));
    }
    if (context.getSeccompProfile() != null
        && !"RuntimeDefault".equals(context.getSeccompProfile().getType())) {
      breach.accept("%s has another seccomp profile than RuntimeDefault".formatted(place));
    }
    if (container.getPorts().stream().anyMatch(port -> port.getHostPort() != null)) {
      breach.accept("%s takes a port of its machine".formatted(place));
    }
  }

  private static LabelSelector selector(Service service) {
    return new LabelSelectorBuilder().withMatchLabels(service.getSpec().getSelector()).build();
  }

  private static Stream<LabelSelector> spreadSelectors(Workload workload) {
    Stream<LabelSelector> spread =
        workload.pod().getTopologySpreadConstraints().stream().map(one -> one.getLabelSelector());
    var affinity = workload.pod().getAffinity();
    if (affinity == null || affinity.getPodAntiAffinity() == null) {
      return spread;
    }
    var apart = affinity.getPodAntiAffinity();
    return Stream.of(
            spread,
            apart.getRequiredDuringSchedulingIgnoredDuringExecution().stream()
                .map(term -> term.getLabelSelector()),
            apart.getPreferredDuringSchedulingIgnoredDuringExecution().stream()
                .map(term -> term.getPodAffinityTerm().getLabelSelector()))
        .flatMap(each -> each);
  }

  private static void selectsSome(
      Objects objects, HasMetadata owner, LabelSelector selector, Consumer<String> breach) {
    if (objects.selectedBy(selector).isEmpty()) {
      breach.accept(
          "%s %s selects no pod: %s"
              .formatted(owner.getKind(), owner.getMetadata().getName(), Objects.labels(selector)));
    }
  }

  private static Stream<NetworkPolicyPeer> peers(NetworkPolicy policy) {
    return Stream.concat(
        policy.getSpec().getIngress().stream().flatMap(rule -> rule.getFrom().stream()),
        policy.getSpec().getEgress().stream().flatMap(rule -> rule.getTo().stream()));
  }

  /** Ports of what comes in are the selected pods' own, ports of what goes out the peers'. */
  private static void policyPorts(Objects objects, NetworkPolicy policy, Consumer<String> breach) {
    List<Workload> own = objects.selectedBy(policy.getSpec().getPodSelector());
    for (var rule : policy.getSpec().getIngress()) {
      policyPorts(policy, rule.getPorts(), own, breach);
    }
    for (var rule : policy.getSpec().getEgress()) {
      for (NetworkPolicyPeer peer : rule.getTo()) {
        if (peer.getPodSelector() != null && peer.getNamespaceSelector() == null) {
          policyPorts(policy, rule.getPorts(), objects.selectedBy(peer.getPodSelector()), breach);
        }
      }
    }
  }

  private static void policyPorts(
      NetworkPolicy policy,
      List<NetworkPolicyPort> ports,
      List<Workload> reached,
      Consumer<String> breach) {
    for (NetworkPolicyPort port : ports) {
      for (Workload workload : reached) {
        if (!workload.hasPort(port.getPort())) {
          breach.accept(
              "NetworkPolicy %s opens port %s, which %s has not"
                  .formatted(policy.getMetadata().getName(), port.getPort().getValue(), workload));
        }
      }
    }
  }

  private static void ingressPorts(Objects objects, Ingress ingress, Consumer<String> breach) {
    for (var rule : ingress.getSpec().getRules()) {
      for (var path : rule.getHttp().getPaths()) {
        var backend = path.getBackend().getService();
        boolean there =
            objects
                .find(Service.class, backend.getName())
                .filter(
                    service ->
                        service.getSpec().getPorts().stream()
                            .anyMatch(
                                port ->
                                    backend.getPort().getName() != null
                                        ? backend.getPort().getName().equals(port.getName())
                                        : port.getPort().equals(backend.getPort().getNumber())))
                .isPresent();
        if (!there) {
          breach.accept(
              "Ingress %s leads to Service %s, which is not here with that port"
                  .formatted(ingress.getMetadata().getName(), backend.getName()));
        }
      }
    }
  }

  private static void configMap(
      Objects objects,
      Workload workload,
      String name,
      List<KeyToPath> items,
      Consumer<String> breach) {
    objects
        .find(ConfigMap.class, name)
        .ifPresentOrElse(
            map ->
                items.stream()
                    .map(KeyToPath::getKey)
                    .filter(key -> !map.getData().containsKey(key))
                    .forEach(
                        key ->
                            breach.accept(
                                "%s mounts key %s, which ConfigMap %s has not"
                                    .formatted(workload, key, name))),
            () ->
                breach.accept(
                    "%s mounts ConfigMap %s, which is not here".formatted(workload, name)));
  }

  private static boolean isVolume(Workload workload, String name) {
    boolean claimed =
        workload.owner() instanceof StatefulSet set
            && set.getSpec().getVolumeClaimTemplates().stream()
                .anyMatch(claim -> claim.getMetadata().getName().equals(name));
    return claimed
        || workload.pod().getVolumes().stream().anyMatch(volume -> volume.getName().equals(name));
  }

  private static void secret(Workload workload, String name, String key, Consumer<String> breach) {
    if (!name.equals(ClusterSecrets.NAME) || !ClusterSecrets.KEYS.contains(key)) {
      breach.accept(
          "%s uses key %s of Secret %s, which `k8s secrets` does not make"
              .formatted(workload, key, name));
    }
  }

  private static boolean deniesAll(NetworkPolicy policy) {
    var spec = policy.getSpec();
    return Objects.labels(spec.getPodSelector()).isEmpty()
        && spec.getPodSelector().getMatchExpressions().isEmpty()
        && spec.getPolicyTypes().containsAll(List.of("Ingress", "Egress"))
        && spec.getIngress().isEmpty()
        && spec.getEgress().isEmpty();
  }

  /** Seconds; a script of ours is told them as its last argument. */
  private static long preStop(Container container) {
    var lifecycle = container.getLifecycle();
    if (lifecycle == null || lifecycle.getPreStop() == null) {
      return 0;
    }
    if (lifecycle.getPreStop().getSleep() != null) {
      return lifecycle.getPreStop().getSleep().getSeconds();
    }
    return Long.parseLong(lifecycle.getPreStop().getExec().getCommand().getLast());
  }
}
