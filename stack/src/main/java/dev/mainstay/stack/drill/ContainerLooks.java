package dev.mainstay.stack.drill;

import dev.mainstay.stack.containers.Containers;
import dev.mainstay.stack.drill.watch.Sample;
import dev.mainstay.stack.model.Name;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one node in a container several times a second: its own client asks over and over, and
 * is started again when it ended with its container.
 */
final class ContainerLooks implements AutoCloseable {

  /** The statement is {@code $0}; the password is in the environment of these processes only. */
  private static final String LOOP =
      "export MYSQL_PWD=$(< /run/secrets/mysql-root-password); while echo \"$0;\"; do sleep 0.12; done | exec mysql --user=root --batch --skip-column-names --unbuffered";

  /** In one row; the clients's own line ends with the statement. */
  private static final String STATE =
      """
      SELECT @@global.server_id, @@global.read_only, \
      (SELECT COUNT(*) FROM performance_schema.global_variables \
      WHERE VARIABLE_NAME = 'rpl_semi_sync_source_enabled' AND VARIABLE_VALUE = 'ON'), \
      COALESCE((SELECT VARIABLE_VALUE FROM performance_schema.global_status \
      WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_status'), 'OFF'), \
      COALESCE((SELECT VARIABLE_VALUE FROM performance_schema.global_status \
      WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_clients'), 0), \
      COALESCE((SELECT VARIABLE_VALUE FROM performance_schema.global_status \
      WHERE VARIABLE_NAME = 'Rpl_semi_sync_replica_status'), 'OFF'), \
      COALESCE((SELECT HOST FROM performance_schema.replication_connection_configuration \
      JOIN performance_schema.replication_connection_status USING (CHANNEL_NAME) \
      WHERE SERVICE_STATE = 'ON' LIMIT 1), '-'), \
      epoch, primary_node, ackers FROM mainstay_control.epoch ORDER BY epoch DESC LIMIT 1""";

  private static final int COLUMNS = 10;
  private static final long PAUSE_MILLIS = 300;

  private final Containers containers;
  private final Name node;
  private final InstantSource clock;
  private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicReference<@Nullable Process> client = new AtomicReference<>();
  private final Thread thread;

  private ContainerLooks(Containers containers, Name node, InstantSource clock) {
    this.containers = containers;
    this.node = node;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("looks at " + node).unstarted(this::run);
  }

  static ContainerLooks start(Containers containers, Name node, InstantSource clock) {
    ContainerLooks looks = new ContainerLooks(containers, node, clock);
    looks.thread.start();
    return looks;
  }

  private void run() {
    try {
      do {
        Process asking = containers.following(node.toString(), LOOP, STATE);
        client.set(asking);
        if (over.getCount() > 0) {
          read(asking);
        }
        asking.destroy();
      } while (!over.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(Process asking) {
    Instant from = clock.instant();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(asking.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Instant to = clock.instant();
        samples.add(new Sample(node.toString(), from, to, sight(line)));
        from = to;
      }
    } catch (IOException ended) {
      // With its container, or because nobody wants to know any more.
    }
    samples.add(new Sample(node.toString(), from, clock.instant(), Optional.empty()));
  }

  /** A row of {@link #STATE}, with tabs; nothing if it is none. Node {@code db-2} has the id 2. */
  static Optional<Sample.Sight> sight(String line) {
    String[] row = line.split("\t", -1);
    if (row.length != COLUMNS) {
      return Optional.empty();
    }
    try {
      boolean acknowledges = row[5].equals("ON") && !row[6].equals("-");
      return Optional.of(
          new Sample.Sight(
              Long.parseLong(row[0]),
              row[1].equals("0"),
              row[2].equals("1") && row[3].equals("ON"),
              Integer.parseInt(row[4]),
              acknowledges ? id(row[6]) : OptionalLong.empty(),
              OptionalLong.of(Long.parseLong(row[7])),
              row[8],
              row[9]));
    } catch (NumberFormatException noRow) {
      return Optional.empty();
    }
  }

  private static OptionalLong id(String host) {
    return Name.parse(host)
        .map(name -> OptionalLong.of(name.number()))
        .orElseGet(OptionalLong::empty);
  }

  /** What it saw so far. */
  List<Sample> samples() {
    return List.copyOf(samples);
  }

  @Override
  public void close() {
    over.countDown();
    Process asking = client.get();
    if (asking != null) {
      asking.destroy();
    }
  }
}
