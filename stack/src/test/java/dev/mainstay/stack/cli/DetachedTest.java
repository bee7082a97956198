package dev.mainstay.stack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DetachedTest {

  @Test
  void whatAFetchNeedsIsPassedOnAndNothingElse() {
    Map<String, String> needed =
        Map.of(
            "http_proxy", "http://proxy:3128",
            "HTTPS_PROXY", "http://proxy:3128",
            "no_proxy", "localhost",
            "MAVEN_OPTS", "-Dhttps.proxyHost=proxy",
            "MAINSTAY_MYSQL_HOME", "/opt/mysql");
    Map<String, String> surroundings = new HashMap<>(needed);
    surroundings.put("SPRING_PROFILES_ACTIVE", "other");
    surroundings.put("SERVER_PORT", "1");

    assertThat(Detached.passedOn(surroundings)).isEqualTo(needed);
  }
}
