package dev.mainstay.db;

import java.util.Optional;

/**
 * How a node follows its source.
 *
 * @param sourceHost where it was told to connect
 * @param sourceServerId the {@code server_id} that the source told, 0 until the first connection
 * @param io the thread that receives transactions into the relay log
 * @param applying whether the thread that executes the relay log runs
 * @param retrieved MySQL: the transactions in the relay log since it was last told its source
 *     ({@code Retrieved_Gtid_Set}); MariaDB: the last position received ({@code Gtid_IO_Pos})
 * @param executed up to where in its source's binary log it has executed everything, empty before
 *     it has heard of a log
 */
public record ReplicaStatus(
    String sourceHost,
    int sourcePort,
    long sourceServerId,
    Io io,
    boolean applying,
    GtidSet retrieved,
    Optional<Failure> ioFailure,
    Optional<Failure> sqlFailure,
    Optional<LogPosition> executed) {

  /** State of the receiving thread. {@code CONNECTING} covers a source that is gone. */
  public enum Io {
    RUNNING,
    CONNECTING,
    STOPPED
  }

  /** The last error of a replication thread, in the server's words. */
  public record Failure(int code, String message) {
    @Override
    public String toString() {
      return "error %d: %s".formatted(code, message);
    }
  }

  /** Whether both threads run. */
  public boolean following() {
    return io == Io.RUNNING && applying;
  }
}
