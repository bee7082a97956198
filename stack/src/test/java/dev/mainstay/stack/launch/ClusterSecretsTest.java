package dev.mainstay.stack.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClusterSecretsTest {

  @Test
  void printsTheNamespaceAndOneImmutableSecret() {
    String manifest = ClusterSecrets.fresh().manifest("board");

    assertThat(manifest.split("---\n"))
        .satisfiesExactly(
            namespace -> assertThat(namespace).contains("kind: Namespace", "  name: board\n"),
            secret ->
                assertThat(secret)
                    .contains("kind: Secret", "  name: mainstay\n", "  namespace: board\n")
                    .contains("\nimmutable: true\n"));
  }

  @Test
  void everyKeyHasAValueOfItsOwnThatNeedsNoQuotingAnywhere() {
    List<String> values =
        ClusterSecrets.fresh()
            .manifest("mainstay")
            .lines()
            .dropWhile(line -> !line.equals("stringData:"))
            .skip(1)
            .map(line -> line.replaceFirst("^  [a-z-]+: ", ""))
            .toList();

    assertThat(values)
        .hasSameSizeAs(ClusterSecrets.KEYS)
        .doesNotHaveDuplicates()
        // 30 of 57 letters are 175 bits; a replication password has at most 32.
        .allMatch(value -> value.matches("[A-Za-z2-9]{30}"));
  }

  @Test
  void eachRunPrintsOthers() {
    assertThat(ClusterSecrets.fresh().manifest("x"))
        .isNotEqualTo(ClusterSecrets.fresh().manifest("x"));
  }

  @Test
  void theSameRandomNumbersGiveTheSameSecrets() {
    assertThat(ClusterSecrets.from(new SplittableRandom(1)).manifest("x"))
        .isEqualTo(ClusterSecrets.from(new SplittableRandom(1)).manifest("x"));
  }

  @Test
  void itsOwnTextShowsNoValue() {
    assertThat(ClusterSecrets.fresh()).hasToString("ClusterSecrets" + ClusterSecrets.KEYS);
  }

  @Test
  void namespacesAreDnsLabels() {
    assertThat(List.of("mainstay", "a", "a-1")).allMatch(ClusterSecrets::isNamespace);
    assertThat(List.of("", "-a", "a-", "A", "a.b", "a\nb", "a".repeat(64)))
        .noneMatch(ClusterSecrets::isNamespace);
  }
}
