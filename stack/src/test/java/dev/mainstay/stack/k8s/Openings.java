package dev.mainstay.stack.k8s;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.networking.v1.IPBlock;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What NetworkPolicies let through. What is not understood here is an error: it might be an opening
 * that nobody sees.
 */
final class Openings {

  private static final String ANYWHERE = "anywhere";
  private static final String NAMESPACE = "kubernetes.io/metadata.name";

  private final Objects objects;

  Openings(Objects objects) {
    this.objects = objects;
  }

  private enum Direction {
    INGRESS("Ingress"),
    EGRESS("Egress");

    private final String type;

    Direction(String type) {
      this.type = type;
    }
  }

  /**
   * One side's half of a way.
   *
   * @param peer a workload's name, {@code anywhere}, {@code namespace NAME} or a CIDR
   * @param port number and protocol, as in {@code 8080/TCP}
   */
  private record Half(String peer, String port) {

    boolean leadsTo(Objects.Workload workload) {
      return peer.equals(workload.name()) || peer.equals(ANYWHERE);
    }
  }

  /**
   * {@code FROM -> TO:PORT} of pods, where the policies of both let it pass; Kubernetes needs both.
   */
  Set<String> betweenPods() {
    Set<String> open = new TreeSet<>();
    for (Objects.Workload from : objects.workloads()) {
      for (Objects.Workload to : objects.workloads()) {
        Set<String> ports = ports(from, Direction.EGRESS, to);
        ports.retainAll(ports(to, Direction.INGRESS, from));
        ports.forEach(port -> open.add("%s -> %s:%s".formatted(from.name(), to.name(), port)));
      }
    }
    return open;
  }

  private Set<String> ports(Objects.Workload own, Direction direction, Objects.Workload peer) {
    return halves(own, direction)
        .filter(half -> half.leadsTo(peer))
        .map(Half::port)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The same, from and to whatever is no pod of these manifests. */
  Set<String> toTheOutside() {
    Set<String> names =
        objects.workloads().stream().map(Objects.Workload::name).collect(Collectors.toSet());
    Set<String> open = new TreeSet<>();
    for (Objects.Workload own : objects.workloads()) {
      halves(own, Direction.EGRESS)
          .filter(half -> !names.contains(half.peer()))
          .forEach(half -> open.add("%s -> %s:%s".formatted(own.name(), half.peer(), half.port())));
      halves(own, Direction.INGRESS)
          .filter(half -> !names.contains(half.peer()))
          .forEach(half -> open.add("%s -> %s:%s".formatted(half.peer(), own.name(), half.port())));
    }
    return open;
  }

  private Stream<Half> halves(Objects.Workload own, Direction direction) {
    List<NetworkPolicy> policies =
        objects.of(NetworkPolicy.class).stream()
            .filter(policy -> Objects.selects(policy.getSpec().getPodSelector(), own.labels()))
            .filter(policy -> types(policy).contains(direction.type))
            .toList();
    if (policies.isEmpty()) {
      throw new IllegalArgumentException(
          "no policy of the type %s holds for %s, so everything is open"
              .formatted(direction.type, own));
    }
    return policies.stream().flatMap(policy -> halves(policy, direction));
  }

  private static List<String> types(NetworkPolicy policy) {
    List<String> types = policy.getSpec().getPolicyTypes();
    require(!types.isEmpty(), policy, "names no policyTypes");
    require(
        policy.getSpec().getIngress().isEmpty() || types.contains(Direction.INGRESS.type),
        policy,
        "has rules of a type that it does not name");
    require(
        policy.getSpec().getEgress().isEmpty() || types.contains(Direction.EGRESS.type),
        policy,
        "has rules of a type that it does not name");
    return types;
  }

  private Stream<Half> halves(NetworkPolicy policy, Direction direction) {
    return switch (direction) {
      case INGRESS ->
          policy.getSpec().getIngress().stream()
              .flatMap(rule -> halves(policy, rule.getFrom(), rule.getPorts()));
      case EGRESS ->
          policy.getSpec().getEgress().stream()
              .flatMap(rule -> halves(policy, rule.getTo(), rule.getPorts()));
    };
  }

  private Stream<Half> halves(
      NetworkPolicy policy, List<NetworkPolicyPeer> peers, List<NetworkPolicyPort> ports) {
    require(!ports.isEmpty(), policy, "opens every port");
    Stream<String> named =
        peers.isEmpty() ? Stream.of(ANYWHERE) : peers.stream().flatMap(peer -> names(policy, peer));
    List<String> numbers = ports.stream().map(port -> number(policy, port)).toList();
    return named.flatMap(name -> numbers.stream().map(number -> new Half(name, number)));
  }

  private static String number(NetworkPolicy policy, NetworkPolicyPort port) {
    require(port.getEndPort() == null, policy, "opens a range of ports");
    require(
        port.getPort() != null && port.getPort().getIntVal() != null,
        policy,
        "opens a port that is no number");
    return "%d/%s"
        .formatted(
            port.getPort().getIntVal(), Optional.ofNullable(port.getProtocol()).orElse("TCP"));
  }

  private Stream<String> names(NetworkPolicy policy, NetworkPolicyPeer peer) {
    LabelSelector pods = peer.getPodSelector();
    LabelSelector namespaces = peer.getNamespaceSelector();
    IPBlock block = peer.getIpBlock();
    require(
        Stream.of(pods, namespaces, block).filter(part -> part != null).count() == 1,
        policy,
        "has a peer that is not one of pods, a namespace or a block of addresses");
    if (block != null) {
      require(block.getExcept().isEmpty(), policy, "has a block of addresses with exceptions");
      return Stream.of(block.getCidr());
    }
    if (namespaces != null) {
      Map<String, String> labels = Objects.labels(namespaces);
      require(
          namespaces.getMatchExpressions().isEmpty() && labels.keySet().equals(Set.of(NAMESPACE)),
          policy,
          "selects namespaces by something else than a name");
      return Stream.of("namespace " + labels.get(NAMESPACE));
    }
    List<Objects.Workload> selected = objects.selectedBy(pods);
    require(!selected.isEmpty(), policy, "selects no pod");
    return selected.stream().map(Objects.Workload::name);
  }

  private static void require(boolean understood, NetworkPolicy policy, String what) {
    if (!understood) {
      throw new IllegalArgumentException(
          "NetworkPolicy %s %s".formatted(policy.getMetadata().getName(), what));
    }
  }
}
