package dev.mainstay.stack.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpeningsTest {

  private static final String DENIAL = policy("nothing", "{}", "[Ingress, Egress]", "", "");

  private static String pods(String name) {
    return """
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: %1$s }
        spec:
          selector: { matchLabels: { app: %1$s } }
          template:
            metadata: { labels: { app: %1$s } }
        """
        .formatted(name);
  }

  private static String policy(
      String name, String pods, String types, String ingress, String egress) {
    return """
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: { name: %s }
        spec:
          podSelector: %s
          policyTypes: %s
          ingress: [%s]
          egress: [%s]
        """
        .formatted(name, pods, types, ingress, egress);
  }

  /** Two workloads, {@code a} and {@code b}, with these rules on {@code b}. */
  private static Openings openings(String ingress, String egress) {
    String b = policy("b", "{ matchLabels: { app: b } }", "[Ingress, Egress]", ingress, egress);
    return new Openings(Manifests.read(pods("a") + pods("b") + DENIAL + b));
  }

  @Test
  void aWayBetweenPodsNeedsBothPolicies() {
    String all = "{ ports: [{ port: 80 }] }";
    String fromA =
        "{ from: [{ podSelector: { matchLabels: { app: a } } }], ports: [{ port: 80 }] }";
    String a = policy("a", "{ matchLabels: { app: a } }", "[Egress]", "", all);
    String b = policy("b", "{ matchLabels: { app: b } }", "[Ingress]", fromA, "");
    String both = pods("a") + pods("b") + DENIAL;

    assertThat(new Openings(Manifests.read(both + b)).betweenPods()).isEmpty();
    assertThat(new Openings(Manifests.read(both + a)).betweenPods()).isEmpty();
    assertThat(new Openings(Manifests.read(both + a + b)).betweenPods())
        .containsExactly("a -> b:80/TCP");
    assertThat(new Openings(Manifests.read(both + a + b)).toTheOutside())
        .containsExactly("a -> anywhere:80/TCP");
  }

  @Test
  void namespacesAndAddressesAreTold() {
    assertThat(
            openings(
                    "{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: door } } }], ports: [{ port: 80 }] }",
                    "{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 53, protocol: UDP }] }")
                .toTheOutside())
        .containsExactly("b -> 10.0.0.0/8:53/UDP", "namespace door -> b:80/TCP");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                                                        | opens every port
          { from: [{ podSelector: { matchLabels: { app: a } } }] }                                  | opens every port
          { ports: [{ port: 80, endPort: 90 }] }                                                    | a range of ports
          { ports: [{ port: http }] }                                                               | a port that is no number
          { ports: [{ protocol: TCP }] }                                                            | a port that is no number
          { from: [{ podSelector: { matchLabels: { app: c } } }], ports: [{ port: 80 }] }           | selects no pod
          { from: [{ namespaceSelector: {} }], ports: [{ port: 80 }] }                              | by something else than a name
          { from: [{ namespaceSelector: { matchLabels: { team: x } } }], ports: [{ port: 80 }] }    | by something else than a name
          { from: [{ namespaceSelector: {}, podSelector: {} }], ports: [{ port: 80 }] }             | is not one of
          { from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }], ports: [{ port: 80 }] } | with exceptions
          { from: [{ podSelector: { matchExpressions: [{ key: app, operator: Exists }] } }], ports: [{ port: 80 }] } | matchExpressions
          """)
  void whatIsNotUnderstoodIsAnError(String rule, String complaint) {
    Openings openings = openings(rule, "");

    assertThatThrownBy(openings::toTheOutside).hasMessageContaining(complaint);
  }

  @Test
  void whoIsUnderNoPolicyIsOpen() {
    Openings open = new Openings(Manifests.read(pods("a")));

    assertThatThrownBy(open::toTheOutside).hasMessageContaining("everything is open");
  }

  /** Kubernetes would pass over them, in silence. */
  @Test
  void rulesOfATypeThatThePolicyDoesNotNameAreAnError() {
    String wrong = policy("b", "{}", "[Ingress]", "", "{ ports: [{ port: 80 }] }");
    Openings openings = new Openings(Manifests.read(pods("a") + DENIAL + wrong));

    assertThatThrownBy(openings::betweenPods).hasMessageContaining("it does not name");
  }
}
