package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EngineChoiceTest {

  @Test
  void isNamedAsTheOptionNamesIt() {
    for (var choice : EngineChoice.values()) {
      assertThat(EngineChoice.parse(choice.toString())).contains(choice);
    }
    assertThat(EngineChoice.parse("postgres")).isEmpty();
    assertThat(EngineChoice.parse("MySQL")).isEmpty();
  }
}
