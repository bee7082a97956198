package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A node in a container and one without are the same server: what {@code docker/node} gives to the
 * one, {@link MysqlServer} gives to the other.
 */
class ContainerNodeTest {

  private static final Path SCRIPTS = Path.of("../../docker/node");

  /** Where a process lives on this machine; in a container the image says so. */
  private static final Set<String> PLACE =
      Set.of(
          "datadir",
          "tmpdir",
          "pid_file",
          "log_error",
          "server_id",
          "port",
          "bind_address",
          "socket",
          "user");

  /**
   * A container's first start takes the same options and has to write, so its posture is persisted
   * at the end of that instead: {@link #aContainersNodeIsClosedAtTheEndOfItsFirstStart()}.
   */
  private static final Set<String> POSTURE =
      Set.of("read_only", "super_read_only", "persisted_globals_load");

  /** The kernel of a confined container refuses the call. */
  private static final Set<String> CONFINED = Set.of("innodb_numa_interleave");

  private static final MysqlServer SERVER =
      new MysqlServer(
          new Distribution(
              LocalEngine.MYSQL,
              EngineVersion.OLDEST_MYSQL,
              Path.of("/mysql/bin/mysqld"),
              Path.of("/mysql"),
              "nowhere"));

  private static final Account CONTROLLER = new Account("controller", "secret");

  /** An option and its value, in the spelling of an option file, without what makes it optional. */
  private record Option(String name, String value) {

    static Option of(String text) {
      String[] parts = text.split("=", 2);
      String name = parts[0].replace('-', '_').replaceFirst("^_*", "").replaceFirst("^loose_", "");
      return new Option(name, parts.length == 1 ? "ON" : parts[1]);
    }
  }

  private static List<Option> options(Stream<String> lines) {
    return lines
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#") && !line.startsWith("["))
        .map(Option::of)
        .toList();
  }

  private static List<Option> without(List<Option> options, Set<String> names) {
    return options.stream().filter(option -> !names.contains(option.name())).toList();
  }

  @Test
  void nodesInContainersHaveTheOptionsOfThoseWithout() throws IOException {
    NodeSpec spec =
        new NodeSpec("db-1", 1, 3311, Path.of("/home"), Path.of("/home/error.log"), CONTROLLER);
    List<Option> process = without(options(SERVER.configuration(spec).lines()), PLACE);
    List<Option> container = options(Files.readString(SCRIPTS.resolve("options")).lines());

    assertThat(container).hasSizeGreaterThan(30);
    assertThat(without(container, CONFINED))
        .containsExactlyInAnyOrderElementsOf(without(process, POSTURE));
    assertThat(process)
        .contains(new Option("read_only", "ON"), new Option("super_read_only", "ON"));
  }

  @Test
  void aContainersNodeIsClosedAtTheEndOfItsFirstStart() throws IOException {
    assertThat(String.join("\n", script()))
        .containsSubsequence(
            "GRANT", "SET PERSIST_ONLY read_only = ON;", "SET PERSIST_ONLY super_read_only = ON;");
  }

  @Test
  void theControllerHasTheSamePrivilegesOnBoth() throws IOException {
    List<String> process = grants(MysqlServer.accounts(CONTROLLER).lines());
    List<String> container = grants(script().stream().map(line -> line.replace("\\`", "`")));

    assertThat(process).hasSizeGreaterThan(5);
    assertThat(container).isEqualTo(process);
  }

  private static List<String> script() throws IOException {
    return Files.readAllLines(SCRIPTS.resolve("init/controller.sh"));
  }

  private static List<String> grants(Stream<String> lines) {
    return lines.map(String::strip).filter(line -> line.startsWith("GRANT ")).toList();
  }
}
