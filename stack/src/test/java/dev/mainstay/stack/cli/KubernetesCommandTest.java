package dev.mainstay.stack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.launch.ClusterSecrets;
import org.junit.jupiter.api.Test;

class KubernetesCommandTest {

  @Test
  void secretsPrintsNothingButTheManifestToStandardOutput() {
    Run run = Run.of("k8s", "secrets");

    assertThat(run.exit()).isZero();
    assertThat(run.out()).startsWith("apiVersion: v1\nkind: Namespace\n").endsWith("\n");
    assertThat(run.out().lines()).anyMatch("  namespace: mainstay"::equals);
    assertThat(ClusterSecrets.KEYS).allMatch(key -> run.out().contains("\n  " + key + ": "));
    assertThat(run.err()).contains("7 fresh secrets for namespace mainstay");
  }

  @Test
  void secretsForAnotherNamespace() {
    assertThat(Run.of("k8s", "secrets", "-n", "board").out())
        .contains("  namespace: board\n")
        .doesNotContain("namespace: mainstay");
  }

  @Test
  void aNamespaceThatCannotBeIsRefused() {
    Run run = Run.of("k8s", "secrets", "--namespace", "a: b");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("The namespace is a: b (expected:");
  }

  @Test
  void helpTellsWhatASecondRunDoes() {
    assertThat(Run.of("k8s", "secrets", "--help").out())
        .contains("immutable", "what runs is not touched");
  }

  @Test
  void k8sAloneIsNoCommand() {
    Run run = Run.of("k8s");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("k8s needs a command: secrets");
  }
}
