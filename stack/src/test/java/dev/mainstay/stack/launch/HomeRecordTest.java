package dev.mainstay.stack.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.process.Home;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HomeRecordTest {

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private Home home;

  @BeforeEach
  void makeAHome() {
    home = new Home(folder.resolve("home"));
    home.create();
  }

  @Test
  void whatWasWrittenIsRead() {
    HomeRecord made = new HomeRecord(HomeRecord.FORMAT, "mariadb", "11.4.5");

    made.write(home);

    assertThat(HomeRecord.read(home)).contains(made);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"format\":1}",
        "{\"format\":1,\"engine\":null,\"engineVersion\":\"9.7.4\"}",
        "{\"format\":1,\"engine\":\"oracle\",\"engineVersion\":\"23\"}",
        "{\"format\":1,\"engine\":\"mysql\"}",
        "no JSON",
      })
  void recordThatDoesNotSayWhatItIsOfIsNamedAndLeftAlone(String text) {
    Home.write(home.record(), text);

    assertThatThrownBy(() -> HomeRecord.read(home))
        .isInstanceOf(Problem.class)
        .hasMessageContaining(home.record().toString())
        .hasMessageContaining("does not say what the data beside it was made with")
        .hasMessageNotContaining("Exception");
    assertThat(home.record()).hasContent(text);
  }

  @Test
  void dataOfANewerServerAreNotGivenToAnOlderOne() {
    HomeRecord made = new HomeRecord(HomeRecord.FORMAT, "mysql", "9.7.4");

    assertThatThrownBy(() -> made.checkVersion(home, "MySQL 9.7.3", "9.7.3"))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("holds data of MySQL 9.7.4, which the older MySQL 9.7.3 cannot read")
        .hasMessageContaining("--home");
    assertThatThrownBy(() -> made.checkVersion(home, "MySQL 8.4.10", "8.4.10"))
        .isInstanceOf(Problem.class);
    for (String able : List.of("9.7.4", "9.7.10", "9.10.0", "10.0.1-debug")) {
      assertThatCode(() -> made.checkVersion(home, "MySQL " + able, able))
          .as(able)
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"format\":99,\"engine\":\"mysql\",\"engineVersion\":\"9.7.4\"}"})
  void recordOfAnotherLayoutIsRefused(String text) {
    Home.write(home.record(), text);

    assertThatThrownBy(() -> HomeRecord.read(home))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("another version of Mainstay");
  }
}
