package dev.mainstay.db.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * A database server of this machine, as files and a command. This class makes its data and its
 * configuration; whoever supervises it starts the command, and asks {@link #answers()} until it is
 * ready.
 *
 * <p>A node that was made here is blank: it has no schema, no transaction in its GTID history, and
 * one account, the controller's. It starts closed: read-only, replication stopped, semi-sync off.
 */
public final class LocalNode {

  private static final String HALF_DONE = "data.new-";
  private static final Duration GREETING_LIMIT = Duration.ofSeconds(1);

  private final Distribution distribution;
  private final NodeSpec spec;

  public LocalNode(Distribution distribution, NodeSpec spec) {
    this.distribution = distribution;
    this.spec = spec;
  }

  public Distribution distribution() {
    return distribution;
  }

  public NodeSpec spec() {
    return spec;
  }

  /**
   * Makes the data folder if there is none, and writes the configuration. It may be called before
   * every start; what a killed initialisation left is made anew. The node must not be running.
   *
   * @throws IOException if a file cannot be written or the server cannot make its data
   */
  public Initialisation initialise() throws IOException {
    var data = spec.data();
    var madeBy = MadeBy.read(data);
    if (madeBy.isPresent()) {
      var refusal = madeBy.get().refusal(data, distribution);
      if (refusal.isPresent()) {
        return new Initialisation.Refused(refusal.get());
      }
      writeConfiguration();
      if (!madeBy.get().equals(MadeBy.of(distribution))) {
        MadeBy.of(distribution).write(data);
      }
      return new Initialisation.Kept();
    }
    if (Files.exists(data)) {
      return new Initialisation.Refused(
          "%s is there already, and was not made by Mainstay: move it away".formatted(data));
    }
    Folders.createPrivate(spec.home());
    writeConfiguration();
    // The folder gets its name when it is whole. Each attempt has a folder of its own, for the
    // server of an attempt whose
    // supervisor was killed may still be writing.
    Folders.deleteAll(spec.home(), HALF_DONE + "*");
    var fresh =
        spec.home().resolve(HALF_DONE + ProcessHandle.current().pid() + "-" + System.nanoTime());
    Server.of(distribution).makeData(spec, fresh);
    MadeBy.of(distribution).write(fresh);
    Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    return new Initialisation.Blank();
  }

  /**
   * The command that runs the server in the foreground; the process it becomes is the server
   * itself.
   */
  public List<String> command() {
    return List.of(distribution.server().toString(), "--defaults-file=" + spec.configuration());
  }

  /** Whether a server greets clients on the node's port. */
  public boolean answers() {
    return Greeting.from(spec.port(), GREETING_LIMIT).isPresent();
  }

  private void writeConfiguration() throws IOException {
    var parent = spec.errorLog().getParent();
    if (parent != null) {
      Folders.createPrivate(parent);
    }
    Folders.createPrivate(spec.scratch());
    Folders.writePrivate(spec.configuration(), Server.of(distribution).configuration(spec));
  }
}
