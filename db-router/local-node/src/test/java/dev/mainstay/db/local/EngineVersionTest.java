package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EngineVersionTest {

  @Test
  void isReadOutOfWhatServersSay() {
    assertThat(EngineVersion.in("11.4.5-MariaDB-log")).contains(new EngineVersion(11, 4, 5));
    assertThat(EngineVersion.in("mysqld  Ver 9.7.4-2 for Linux"))
        .contains(new EngineVersion(9, 7, 4));
    assertThat(EngineVersion.in("9.0")).contains(new EngineVersion(9, 0, 0));
    assertThat(EngineVersion.in("no number")).isEmpty();
  }

  @Test
  void ordersByNumberNotByText() {
    assertThat(new EngineVersion(8, 10, 0).isAtLeast(new EngineVersion(8, 4, 0))).isTrue();
    assertThat(new EngineVersion(8, 0, 40).isAtLeast(EngineVersion.OLDEST_MYSQL)).isFalse();
    assertThat(new EngineVersion(8, 4, 0).isAtLeast(EngineVersion.OLDEST_MYSQL)).isTrue();
  }
}
