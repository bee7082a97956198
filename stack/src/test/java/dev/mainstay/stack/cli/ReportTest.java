package dev.mainstay.stack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.process.Json;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@code status} says to people. */
class ReportTest {

  @Test
  void whatIsNotWellIsToldWithItsReason() {
    List<String> lines =
        text(
            node("db-1", "PRIMARY", true, "epoch 7"),
            node("db-2", "REPLICA", false, "follows db-1"),
            node("db-3", "REPLICA", false, "its source denies access to user repl_db-3"),
            node("db-4", "UNREACHABLE", false, "unknown host"));

    assertThat(lines)
        .contains("db-3: its source denies access to user repl_db-3", "db-4: unknown host")
        .noneMatch(line -> line.startsWith("db-1: ") || line.startsWith("db-2: "));
  }

  @Test
  void aPrimaryThatTakesNoWritesSaysWhatItLacks() {
    assertThat(text(node("db-1", "PRIMARY", false, "epoch 7, but no acker is connected")))
        .contains("db-1: epoch 7, but no acker is connected");
  }

  private static List<String> text(String... nodes) {
    String topology =
        "{\"engine\":\"MYSQL\",\"epoch\":7,\"nodes\":[%s]}".formatted(String.join(",", nodes));
    return new Report(
            true, "", "", List.of(), List.of(), Optional.of(Json.MAPPER.readTree(topology)))
        .text();
  }

  private static String node(String id, String role, boolean writable, String why) {
    return "{\"id\":\"%s\",\"role\":\"%s\",\"writable\":%s,\"why\":\"%s\"}"
        .formatted(id, role, writable, why);
  }
}
