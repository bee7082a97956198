package dev.mainstay.stack.process;

import dev.mainstay.stack.model.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Starts processes that outlive this one: each in a session of its own (a Ctrl-C in the terminal
 * reaches the supervisor only), its output appended to a file, without the surroundings'
 * environment variables, which would otherwise reach into the configuration of what is started.
 */
public final class Launcher {

  private static final Set<String> KEPT =
      Set.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR");

  private final List<String> session;
  private final ProcessTable table;

  public Launcher(ProcessTable table) {
    this.session = sessionCommand();
    this.table = table;
  }

  /**
   * What makes a session: {@code setsid(1)}; on systems without it (macOS) a line of Perl does the
   * same; without either, at least the terminal's Ctrl-C is ignored. Each runs the program in its
   * own place, so the pid stays.
   */
  private static List<String> sessionCommand() {
    if (onPath("setsid")) {
      return List.of("setsid");
    }
    if (onPath("perl")) {
      return List.of(
          "perl", "-e", "use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV or die $!", "--");
    }
    return List.of("sh", "-c", "trap '' INT QUIT HUP; exec \"$@\"", "sh");
  }

  private static boolean onPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    for (String folder : path.split(":", -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Starts {@code command}.
   *
   * @param environment on top of the few variables that are passed on; holds no secret
   */
  public Identity start(
      List<String> command, Map<String, String> environment, Path folder, Path log)
      throws IOException {
    List<String> whole = new ArrayList<>(session);
    whole.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(whole);
    Map<String, String> surroundings = builder.environment();
    surroundings.keySet().removeIf(name -> !KEPT.contains(name) && !name.startsWith("LC_"));
    surroundings.putAll(new TreeMap<>(environment));
    builder.directory(folder.toFile());
    builder.redirectErrorStream(true);
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    if (!Files.exists(log)) {
      Files.writeString(log, "", StandardOpenOption.CREATE);
    }
    Process process = builder.start();
    return table
        .look(process.pid())
        .map(ProcessTable.Seen::identity)
        .orElseThrow(() -> new IOException("%s ended at once".formatted(command.getFirst())));
  }
}
