package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.local.InstalledMysql.Verdict;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InstalledMysqlTest {

  private static final Path MYSQLD = Path.of("/usr/sbin/mysqld");

  @Test
  void mysql84AndNewerIsUsable() {
    assertThat(
            InstalledMysql.judge(
                MYSQLD,
                "/usr/sbin/mysqld  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)"))
        .isEqualTo(new Verdict.Usable(new EngineVersion(8, 4, 3)));
    assertThat(InstalledMysql.judge(MYSQLD, "mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))"))
        .isEqualTo(new Verdict.Usable(new EngineVersion(9, 7, 4)));
  }

  @Test
  void olderMysqlIsRefusedByVersion() {
    assertThat(
            InstalledMysql.judge(
                MYSQLD, "/usr/sbin/mysqld  Ver 8.0.36-0ubuntu0.22.04.1 for Linux on x86_64"))
        .isEqualTo(
            new Verdict.Refused("/usr/sbin/mysqld is MySQL 8.0.36 (needed: MySQL 8.4 or newer)"));
    assertThat(InstalledMysql.judge(MYSQLD, "mysqld  Ver 5.7.44 for Linux on x86_64"))
        .isEqualTo(
            new Verdict.Refused("/usr/sbin/mysqld is MySQL 5.7.44 (needed: MySQL 8.4 or newer)"));
  }

  @Test
  void aMariadbByTheSameNameIsRefused() {
    assertThat(
            InstalledMysql.judge(
                MYSQLD, "mysqld  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64"))
        .isEqualTo(
            new Verdict.Refused(
                "/usr/sbin/mysqld is MariaDB 10.11.6 (needed: MySQL 8.4 or newer)"));
  }

  @Test
  void whatTellsNoVersionIsRefused() {
    assertThat(InstalledMysql.judge(MYSQLD, "Segmentation fault"))
        .isEqualTo(
            new Verdict.Refused(
                "/usr/sbin/mysqld does not tell its version (needed: MySQL 8.4 or newer)"));
  }

  @Test
  void emptyAndBrokenFoldersOfThePathArePassedOver() {
    assertThat(InstalledMysql.onPath("::/nowhere:\0broken")).isEmpty();
  }
}
