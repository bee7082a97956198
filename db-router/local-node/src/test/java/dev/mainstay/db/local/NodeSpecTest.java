package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NodeSpecTest {

  private static final Account CONTROLLER = new Account("controller", "secret");

  @Test
  void illegalValuesAreNotBuilt() {
    assertThatThrownBy(() -> spec("DB 1", 1, 3311, "/h")).hasMessageContaining("node id is DB 1");
    assertThatThrownBy(() -> spec("db-1", 0, 3311, "/h")).hasMessageContaining("server id is 0");
    assertThatThrownBy(() -> spec("db-1", 1, 65536, "/h")).hasMessageContaining("port is 65536");
    assertThatThrownBy(() -> spec("db-1", 1, 3311, "/h\"\n")).hasMessageContaining("quotes");
    assertThatThrownBy(
            () -> new NodeSpec("db-1", 1, 3311, Path.of("/h"), Path.of("/h/log"), CONTROLLER))
        .hasMessageContaining("error log is /h/log (expected: a name with an extension)");
  }

  @Test
  void accountsTakeNothingThatBreaksAStatement() {
    assertThatThrownBy(() -> new Account("a'b", "x")).hasMessageContaining("account name is a'b");
    assertThatThrownBy(() -> new Account("a", "line\nbreak"))
        .hasMessageContaining("printable ASCII")
        .hasMessageNotContaining("line\nbreak");
    assertThat(new Account("a", "it's \\".replace(" ", "")).passwordLiteral())
        .isEqualTo("'it''s\\\\'");
  }

  @Test
  void passwordIsNotTold() {
    assertThat(spec("db-1", 1, 3311, "/h").toString()).doesNotContain("secret");
  }

  private static NodeSpec spec(String id, int serverId, int port, String home) {
    return new NodeSpec(id, serverId, port, Path.of(home), Path.of(home, "error.log"), CONTROLLER);
  }
}
