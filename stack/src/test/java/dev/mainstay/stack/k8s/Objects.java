package dev.mainstay.stack.k8s;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What one {@code kubectl apply} brings about. */
record Objects(List<HasMetadata> all) {

  Objects {
    all = List.copyOf(all);
  }

  /** What makes pods, and the pods that it makes. */
  record Workload(
      HasMetadata owner,
      @Nullable Integer replicas,
      LabelSelector selector,
      PodTemplateSpec template) {

    String name() {
      return owner.getMetadata().getName();
    }

    PodSpec pod() {
      return template.getSpec();
    }

    Map<String, String> labels() {
      return template.getMetadata().getLabels();
    }

    List<Container> containers() {
      return Stream.concat(pod().getInitContainers().stream(), pod().getContainers().stream())
          .toList();
    }

    boolean hasPort(IntOrString port) {
      return containers().stream()
          .flatMap(container -> container.getPorts().stream())
          .anyMatch(declared -> is(declared, port));
    }

    @Override
    public String toString() {
      return "%s %s".formatted(owner.getKind(), name());
    }
  }

  /** Whether a port is the one meant, by name or number. */
  static boolean is(ContainerPort declared, IntOrString meant) {
    return meant.getStrVal() != null
        ? meant.getStrVal().equals(declared.getName())
        : meant.getIntVal().equals(declared.getContainerPort());
  }

  /** Whether a selector takes these labels. Only what the manifests use: equality. */
  static boolean selects(LabelSelector selector, Map<String, String> labels) {
    if (!selector.getMatchExpressions().isEmpty()) {
      throw new IllegalArgumentException("matchExpressions are not used here");
    }
    return labels.entrySet().containsAll(labels(selector).entrySet());
  }

  static Map<String, String> labels(LabelSelector selector) {
    return Optional.ofNullable(selector.getMatchLabels()).orElse(Map.of());
  }

  <T extends HasMetadata> List<T> of(Class<T> type) {
    return all.stream().filter(type::isInstance).map(type::cast).toList();
  }

  <T extends HasMetadata> Optional<T> find(Class<T> type, String name) {
    return of(type).stream().filter(one -> one.getMetadata().getName().equals(name)).findFirst();
  }

  List<Workload> workloads() {
    return Stream.concat(
            of(Deployment.class).stream()
                .map(
                    one ->
                        new Workload(
                            one,
                            one.getSpec().getReplicas(),
                            one.getSpec().getSelector(),
                            one.getSpec().getTemplate())),
            of(StatefulSet.class).stream()
                .map(
                    one ->
                        new Workload(
                            one,
                            one.getSpec().getReplicas(),
                            one.getSpec().getSelector(),
                            one.getSpec().getTemplate())))
        .toList();
  }

  List<Workload> selectedBy(LabelSelector selector) {
    return workloads().stream().filter(one -> selects(selector, one.labels())).toList();
  }
}
