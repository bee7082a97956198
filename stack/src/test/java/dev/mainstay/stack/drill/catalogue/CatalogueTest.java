package dev.mainstay.stack.drill.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.check.Promise;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CatalogueTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void namesAreUniqueAndEachDrillSaysWhatItBreaksAndPromises() {
    Catalogue catalogue = new Catalogue(MINUTE, 50, 1000);

    assertThat(catalogue.all()).extracting(Drill::name).doesNotHaveDuplicates().hasSize(26);
    assertThat(catalogue.all())
        .allSatisfy(
            drill -> {
              assertThat(drill.name()).matches("[a-z]+(-[a-z]+)*");
              assertThat(drill.story()).isNotBlank();
              assertThat(drill.promise().text()).startsWith("nothing ");
              assertThat(catalogue.find(drill.name())).contains(drill);
            });
  }

  @Test
  void promisesAreTheContracts() {
    Catalogue catalogue = new Catalogue(MINUTE, 50, 1000);

    assertThat(catalogue.find("primary-kill").orElseThrow().promise().writePause()).hasSeconds(2);
    assertThat(catalogue.find("primary-pause").orElseThrow().promise().writePause()).hasSeconds(5);
    assertThat(catalogue.find("primary-partition").orElseThrow().promise().writePause())
        .hasSeconds(5);
    assertThat(catalogue.find("switchover").orElseThrow().promise().writePause()).hasMillis(500);
    assertThat(catalogue.find("web-pause").orElseThrow().promise().slowest())
        .hasValue(Duration.ofSeconds(5));
    assertThat(catalogue.all())
        .filteredOn(drill -> drill.promise().failures() != Promise.Failures.NONE)
        .extracting(Drill::name)
        .containsExactly("cold-start", "gateway-kill", "nemesis");
  }

  @Test
  void numbersAreBounded() {
    assertThatThrownBy(() -> new Catalogue(Duration.ZERO, 50, 1000)).hasMessageContaining("1-600");
    assertThatThrownBy(() -> new Catalogue(MINUTE, 0, 1000)).hasMessageContaining("1-1000");
    assertThatThrownBy(() -> new Catalogue(MINUTE, 50, 0)).hasMessageContaining("100-1000000");
  }
}
