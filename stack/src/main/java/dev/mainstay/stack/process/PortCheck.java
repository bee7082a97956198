package dev.mainstay.stack.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Whether a port of the loopback address can be had, and who has it. */
public final class PortCheck {

  private PortCheck() {}

  /**
   * Whether nobody listens at {@code port}, on loopback or on all addresses. Sockets that only
   * linger after a connection's end do not count, which is why the address may be reused (that
   * never shares it with a listener on Linux; elsewhere the attempt to connect tells).
   */
  public static boolean isFree(int port) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    if (!canListen(new InetSocketAddress(port))
        || !canListen(new InetSocketAddress(loopback, port))) {
      return false;
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(loopback, port), 200);
      return false;
    } catch (IOException nobody) {
      return true;
    }
  }

  private static boolean canListen(InetSocketAddress address) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  /** Whether several processes of one user can listen on one port here ({@code SO_REUSEPORT}). */
  public static boolean isShareable() {
    try (ServerSocket any = new ServerSocket()) {
      return any.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code pid 4711 (nginx)}, where the machine lets us see it. */
  public static Optional<String> owner(int port) {
    for (String table : new String[] {"tcp", "tcp6"}) {
      Optional<String> owner = inode(Path.of("/proc/net", table), port).flatMap(PortCheck::holder);
      if (owner.isPresent()) {
        return owner;
      }
    }
    return Optional.empty();
  }

  /** The inode of the socket that listens (state 0A). */
  private static Optional<String> inode(Path table, int port) {
    String suffix = ":%04X".formatted(port);
    try {
      return Files.readAllLines(table, StandardCharsets.US_ASCII).stream()
          .map(line -> line.strip().split("\\s+"))
          .filter(
              fields -> fields.length > 9 && fields[1].endsWith(suffix) && fields[3].equals("0A"))
          .map(fields -> fields[9])
          .findFirst();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  private static Optional<String> holder(String inode) {
    String wanted = "socket:[" + inode + "]";
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, wanted)) {
          String command = Files.readString(process.resolve("comm")).strip();
          return Optional.of(
              "pid %s (%s)".formatted(process.getFileName(), command.toLowerCase(Locale.ROOT)));
        }
      }
    } catch (IOException unreadable) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static boolean holds(Path process, String socket) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : open) {
        if (Files.isSymbolicLink(descriptor)
            && Files.readSymbolicLink(descriptor).toString().equals(socket)) {
          return true;
        }
      }
    } catch (IOException foreignOrGone) {
      return false;
    }
    return false;
  }
}
