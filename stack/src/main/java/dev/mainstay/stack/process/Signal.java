package dev.mainstay.stack.process;

import dev.mainstay.stack.model.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A signal. The JDK can send two itself; the others go by {@code kill(1)}, which every Unix has.
 *
 * <p>That the two need no process matters at the end: whoever ends this process group ends a {@code
 * kill} of its own just started, too.
 */
public enum Signal {
  TERM,
  KILL,
  STOP,
  CONT;

  /**
   * Sends this to the process of that identity.
   *
   * @return false if that process is gone
   */
  public boolean send(Identity to, ProcessTable table) {
    if (!table.isAlive(to)) {
      return false;
    }
    return switch (this) {
      case TERM -> ProcessHandle.of(to.pid()).map(ProcessHandle::destroy).orElse(false);
      case KILL -> ProcessHandle.of(to.pid()).map(ProcessHandle::destroyForcibly).orElse(false);
      case STOP, CONT -> run(to);
    };
  }

  private boolean run(Identity to) {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + name(), Long.toString(to.pid()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return kill.waitFor() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException("kill cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
