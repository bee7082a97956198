package dev.mainstay.stack.process;

import dev.mainstay.stack.model.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A signal, sent by {@code kill(1)}, which every Unix has. */
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
