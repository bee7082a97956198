package dev.mainstay.stack.launch;

import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The secrets of a stack in Kubernetes, which the manifests name and do not hold: one Secret, every
 * value random and fresh.
 *
 * <p>The Secret is immutable. The database accounts are made with these passwords when the cluster
 * is set up, so another set, applied over the first one, would lock everybody out at the next
 * restart; so Kubernetes refuses it.
 */
public final class ClusterSecrets {

  /** The Secret's name. */
  public static final String NAME = "mainstay";

  /** Its keys, which are the names of the files in the containers too. */
  public static final List<String> KEYS =
      List.of(
          "controller-password",
          "app-password",
          "migrate-password",
          "monitor-password",
          "replication-password",
          "admin-token",
          "mysql-root-password");

  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private final Map<String, String> values;

  private ClusterSecrets(Map<String, String> values) {
    this.values = values;
  }

  /** A new set. */
  public static ClusterSecrets fresh() {
    return from(new SecureRandom());
  }

  static ClusterSecrets from(RandomGenerator random) {
    Map<String, String> values = new LinkedHashMap<>();
    KEYS.forEach(key -> values.put(key, Secrets.random(random)));
    return new ClusterSecrets(values);
  }

  /** Whether Kubernetes takes this as a namespace's name: a DNS label, 1-63 of a-z, 0-9 and -. */
  public static boolean isNamespace(String name) {
    return NAMESPACE.matcher(name).matches();
  }

  /**
   * The manifest for {@code kubectl apply -f -}: the namespace, as {@code k8s/base} has it, and the
   * Secret.
   */
  public String manifest(String namespace) {
    String data =
        values.entrySet().stream()
            .map(each -> "  %s: %s\n".formatted(each.getKey(), each.getValue()))
            .collect(Collectors.joining());
    return """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: %1$s
          labels:
            app.kubernetes.io/part-of: mainstay
            pod-security.kubernetes.io/enforce: restricted
            pod-security.kubernetes.io/warn: restricted
        ---
        apiVersion: v1
        kind: Secret
        metadata:
          name: %2$s
          namespace: %1$s
          labels:
            app.kubernetes.io/part-of: mainstay
        type: Opaque
        immutable: true
        stringData:
        """
            .formatted(namespace, NAME)
        + data;
  }

  /** Without its values. */
  @Override
  public String toString() {
    return "ClusterSecrets" + values.keySet();
  }
}
