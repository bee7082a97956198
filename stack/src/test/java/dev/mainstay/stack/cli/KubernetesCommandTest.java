package dev.mainstay.stack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.launch.ClusterSecrets;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KubernetesCommandTest {

  private record Run(int exit, String out, String err) {}

  private static Run run(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream toOut = new ByteArrayOutputStream();
    ByteArrayOutputStream toErr = new ByteArrayOutputStream();
    System.setOut(new PrintStream(toOut, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(toErr, true, StandardCharsets.UTF_8));
    try {
      int exit = Commands.run(arguments);
      return new Run(
          exit, toOut.toString(StandardCharsets.UTF_8), toErr.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @Test
  void secretsPrintsNothingButTheManifestToStandardOutput() {
    Run run = run("k8s", "secrets");

    assertThat(run.exit()).isZero();
    assertThat(run.out()).startsWith("apiVersion: v1\nkind: Namespace\n").endsWith("\n");
    assertThat(run.out().lines()).anyMatch("  namespace: mainstay"::equals);
    assertThat(ClusterSecrets.KEYS).allMatch(key -> run.out().contains("\n  " + key + ": "));
    assertThat(run.err()).contains("7 fresh secrets for namespace mainstay");
  }

  @Test
  void secretsForAnotherNamespace() {
    assertThat(run("k8s", "secrets", "-n", "board").out())
        .contains("  namespace: board\n")
        .doesNotContain("namespace: mainstay");
  }

  @Test
  void aNamespaceThatCannotBeIsRefused() {
    Run run = run("k8s", "secrets", "--namespace", "a: b");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("The namespace is a: b (expected:");
  }

  @Test
  void helpTellsWhatASecondRunDoes() {
    assertThat(run("k8s", "secrets", "--help").out())
        .contains("immutable", "what runs is not touched");
  }

  @Test
  void k8sAloneIsNoCommand() {
    Run run = run("k8s");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("k8s needs a command: secrets");
  }
}
