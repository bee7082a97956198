package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeId;
import java.io.IOException;
import java.time.Duration;

/**
 * Kills nodes. A fenced or isolated node is killed, never asked to stop: a MySQL that is asked
 * calls commits that wait for their acknowledgement acknowledged.
 */
public interface NodeControl {

  /** How long a kill may take: the controller does nothing else meanwhile. */
  Duration PATIENCE = Duration.ofSeconds(10);

  /** There is nobody who could. */
  NodeControl NONE =
      new NodeControl() {
        @Override
        public boolean isAble() {
          return false;
        }

        @Override
        public void kill(NodeId node) throws IOException {
          throw new IOException("nobody is configured to kill nodes");
        }
      };

  /** Whether there is any prospect that {@link #kill} works. */
  default boolean isAble() {
    return true;
  }

  /**
   * SIGKILL, and the node is started again by whoever keeps it. Given up after {@link #PATIENCE}.
   *
   * @throws IOException if it was not killed, with the reason
   */
  void kill(NodeId node) throws IOException;
}
