package dev.mainstay.stack.process;

import dev.mainstay.stack.model.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** The machine's processes, looked up by pid. */
public interface ProcessTable {

  /** What a process is doing. A process that ended but was not yet collected counts as gone. */
  enum Activity {
    RUNNING,
    /** Stopped by a signal (SIGSTOP). */
    PAUSED
  }

  /** A process that is there. */
  record Seen(Identity identity, Activity activity) {}

  Optional<Seen> look(long pid);

  /** Resident memory, in bytes. */
  OptionalLong residentBytes(long pid);

  /** The process of that identity; nothing if it ended, even if another has its pid now. */
  default Optional<Seen> look(Identity identity) {
    return look(identity.pid()).filter(seen -> seen.identity().equals(identity));
  }

  default boolean isAlive(Identity identity) {
    return look(identity).isPresent();
  }

  /** This very process. */
  default Identity self() {
    return look(ProcessHandle.current().pid()).orElseThrow().identity();
  }

  /** The table of this machine. */
  static ProcessTable ofThisMachine() {
    return Files.isReadable(Path.of("/proc/self/stat"))
        ? new LinuxProcessTable(Path.of("/proc"))
        : new PortableProcessTable();
  }
}
