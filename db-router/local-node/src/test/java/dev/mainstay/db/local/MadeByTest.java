package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MadeByTest {

  @TempDir private Path data;

  @Test
  void staysWithTheData() throws IOException {
    assertThat(MadeBy.read(data)).isEmpty();

    new MadeBy(LocalEngine.MYSQL, new EngineVersion(9, 7, 4)).write(data);

    assertThat(MadeBy.read(data))
        .contains(new MadeBy(LocalEngine.MYSQL, new EngineVersion(9, 7, 4)));
  }

  @Test
  void otherEngineIsRefusedAndSoIsAnOlderServer() {
    var mysql9 = new MadeBy(LocalEngine.MYSQL, new EngineVersion(9, 7, 4));

    assertThat(mysql9.refusal(Path.of("/d"), distribution(LocalEngine.MARIADB, 11, 4)))
        .contains("/d holds data of MySQL 9.7.4, and cannot be used with MariaDB 11.4.0");
    assertThat(mysql9.refusal(Path.of("/d"), distribution(LocalEngine.MYSQL, 8, 4)))
        .contains("/d holds data of MySQL 9.7.4, which the older MySQL 8.4.0 cannot read");
    assertThat(mysql9.refusal(Path.of("/d"), distribution(LocalEngine.MYSQL, 10, 0))).isEmpty();
  }

  private static Distribution distribution(LocalEngine engine, int major, int minor) {
    return new Distribution(
        engine, new EngineVersion(major, minor, 0), Path.of("/s"), Path.of("/"), "somewhere");
  }
}
