package dev.mainstay.stack.supervise;

import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;

/**
 * Where the running supervisor takes orders: a Unix socket that only the home's owner can reach.
 * One line of JSON, an {@link Order}, is answered by one line, an {@link Order.Outcome}, when it is
 * done.
 */
public final class ControlSocket implements AutoCloseable {

  /** The socket's name in the folder {@link Home#run}. */
  public static final String NAME = "control.sock";

  /** The system allows about 104 bytes (macOS) for a socket's path. */
  private static final int LONGEST_PATH = 100;

  private static final ObjectWriter LINE =
      Json.MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

  private final ServerSocketChannel server;
  private final Home home;

  private ControlSocket(ServerSocketChannel server, Home home) {
    this.server = server;
    this.home = home;
  }

  private static Path file(Home home) {
    return home.run().resolve(NAME);
  }

  /** Begins to take orders. */
  public static ControlSocket open(Home home, Function<Order, Order.Outcome> obey) {
    try {
      Path named = file(home);
      clear(home);
      Path socket = named;
      if (named.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
        Path folder =
            Files.createTempDirectory(
                "mainstay-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        socket = folder.resolve(NAME);
        Files.createSymbolicLink(named, socket);
      }
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      ControlSocket control = new ControlSocket(server, home);
      Thread.ofVirtual().name("control").start(() -> control.accept(obey));
      return control;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the socket of a supervisor that was killed, and the folder in which it may lie. */
  public static void clear(Home home) {
    try {
      Path named = file(home);
      if (Files.isSymbolicLink(named)) {
        remove(Files.readSymbolicLink(named));
      }
      Files.deleteIfExists(named);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A socket outside of the home has a folder to itself. */
  private static void remove(Path elsewhere) throws IOException {
    Files.deleteIfExists(elsewhere);
    Path folder = elsewhere.resolveSibling("");
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException somebodyElses) {
      // Then it is not ours.
    }
  }

  private void accept(Function<Order, Order.Outcome> obey) {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.ofVirtual().start(() -> serve(client, obey));
      } catch (ClosedChannelException closed) {
        return;
      } catch (IOException refused) {
        // One client failed to connect; the next may not.
      }
    }
  }

  private static void serve(SocketChannel client, Function<Order, Order.Outcome> obey) {
    try (client;
        BufferedReader lines =
            new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      if (line != null) {
        write(client, answer(line, obey));
      }
    } catch (IOException hungUp) {
      // The order was carried out or not; whoever gave it no longer listens.
      return;
    }
  }

  private static Order.Outcome answer(String line, Function<Order, Order.Outcome> obey) {
    Order order;
    try {
      order = Json.MAPPER.readValue(line, Order.class);
    } catch (JacksonException notAnOrder) {
      return Order.Outcome.refused("Not an order: " + notAnOrder.getOriginalMessage());
    }
    return obey.apply(order);
  }

  private static void write(SocketChannel to, Object value) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.wrap((LINE.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  /** Gives an order to the supervisor of {@code home}; nothing if none listens. */
  public static Optional<Order.Outcome> send(Home home, Order order) {
    try {
      Path named = file(home);
      Path socket = Files.isSymbolicLink(named) ? Files.readSymbolicLink(named) : named;
      try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        write(channel, order);
        BufferedReader lines =
            new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        return Optional.ofNullable(lines.readLine())
            .map(line -> Json.MAPPER.readValue(line, Order.Outcome.class));
      }
    } catch (IOException | IllegalArgumentException nobody) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      clear(home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
