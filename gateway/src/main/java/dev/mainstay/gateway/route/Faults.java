package dev.mainstay.gateway.route;

import dev.mainstay.gateway.upstream.Fault;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.Exceptions;
import reactor.netty.channel.AbortedException;

/** Reads from an exception how a server failed. */
final class Faults {

  private Faults() {}

  /** The client's side of the request broke; no server is to blame. */
  static final class ClientBrokeOff extends IOException {
    ClientBrokeOff(Throwable cause) {
      super("The client broke off its request", cause);
    }
  }

  static boolean isClients(Throwable error) {
    return Exceptions.unwrap(error) instanceof ClientBrokeOff;
  }

  /** The server's fault; empty if the error is something else, the client's or a bug of ours. */
  static Optional<Fault> of(Throwable thrown) {
    Throwable error = Exceptions.unwrap(thrown);
    return switch (error) {
      case ClientBrokeOff client -> Optional.empty();
      case ConnectException refusedOrLate -> Optional.of(Fault.UNCONNECTED);
      case NoRouteToHostException unreachable -> Optional.of(Fault.UNCONNECTED);
      case UnknownHostException unknown -> Optional.of(Fault.UNCONNECTED);
      case UnresolvedAddressException unknown -> Optional.of(Fault.UNCONNECTED);
      case SSLHandshakeException refused -> Optional.of(Fault.UNCONNECTED);
      case TimeoutException late -> Optional.of(Fault.LATE);
      case ReadTimeoutException late -> Optional.of(Fault.LATE);
      case ResponseStatusException told when told.getCause() instanceof TimeoutException ->
          Optional.of(Fault.LATE);
      case IOException lost -> Optional.of(Fault.LOST);
      case AbortedException lost -> Optional.of(Fault.LOST);
      // What Netty says of a response that is not HTTP.
      case DecoderException garbled -> Optional.of(Fault.LOST);
      case IllegalArgumentException garbled -> Optional.of(Fault.LOST);
      default -> Optional.empty();
    };
  }

  /** Why, in a few words for a log: {@code connection refused}. */
  static String why(Throwable thrown) {
    Throwable error = Exceptions.unwrap(thrown);
    String message = error.getMessage();
    if (message == null) {
      return error.getClass().getSimpleName();
    }
    if (message.contains("Connection refused")) {
      return "connection refused";
    }
    if (message.contains("connection timed out")) {
      return "connection not accepted in time";
    }
    return message;
  }
}
