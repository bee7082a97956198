package dev.mainstay.stack.drill.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers byte for byte what the test says. */
class WireTest {

  private static final Duration LONG = Duration.ofSeconds(10);
  private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

  private ServerSocket server;
  private final List<String> seen = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** Answers each request of one connection with the next text, and hangs up after the last. */
  private Wire answering(String... answers) throws IOException {
    Thread.ofVirtual().start(() -> answer(answers));
    return Wire.open((InetSocketAddress) server.getLocalSocketAddress());
  }

  private void answer(String... answers) {
    try (Socket client = server.accept();
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String answer : answers) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          if (line.isEmpty()) {
            break;
          }
          seen.add(line);
        }
        client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
      }
      if (answers.length == 0) {
        // Takes the request, and says nothing until the client gives up.
        while (in.read() >= 0) {}
      }
    } catch (IOException hungUp) {
      return;
    }
  }

  @Test
  void readsOneAnswerAfterTheOther() throws IOException {
    try (Wire wire =
        answering(
            "HTTP/1.1 201 Created\r\nContent-Length: 3\r\nMainstay-Outcome: x\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nde f\r\n1\r\ng\r\n0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")) {
      Wire.Reply created = wire.exchange(GET, LONG);
      assertThat(created.status()).isEqualTo(201);
      assertThat(created.body()).isEqualTo("abc");
      assertThat(created.first("mainstay-outcome")).isEqualTo("x");
      assertThat(wire.exchange(GET, LONG).body()).isEqualTo("de fg");
      assertThat(wire.exchange(GET, LONG).status()).isEqualTo(204);
      assertThat(wire.isReusable()).isTrue();
    }
  }

  @Test
  void neverSendsARequestAgain() throws IOException {
    try (Wire wire = answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")) {
      assertThatThrownBy(() -> wire.exchange(GET, LONG)).isInstanceOf(IOException.class);
      assertThat(wire.isReusable()).isFalse();
    }
    assertThat(seen).containsOnlyOnce("GET / HTTP/1.1");
  }

  @Test
  void hangingServerIsGivenUpInTime() throws IOException {
    try (Wire wire = answering()) {
      assertThatThrownBy(() -> wire.exchange(GET, Duration.ofMillis(50)))
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void connectionThatTheServerEndsIsNotUsedAgain() throws IOException {
    try (Wire wire =
        answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")) {
      wire.exchange(GET, LONG);

      assertThat(wire.isReusable()).isFalse();
    }
  }

  @Test
  void bodyWithoutALengthEndsWithTheConnection() throws IOException {
    try (Wire wire = answering("HTTP/1.1 200 OK\r\n\r\nall of it")) {
      assertThat(wire.exchange(GET, LONG).body()).isEqualTo("all of it");
      assertThat(wire.isReusable()).isFalse();
    }
  }

  @Test
  void nonsenseIsNoAnswer() throws IOException {
    try (Wire wire = answering("SMTP ready\r\n\r\n")) {
      assertThatThrownBy(() -> wire.exchange(GET, LONG))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("SMTP");
    }
  }

  @Test
  void aConnectionThatWasClosedWhileItRestedIsNotUsedAgain() throws IOException {
    try (Wire wire = answering("HTTP/1.1 204 No Content\r\n\r\n")) {
      assertThat(wire.wasServed()).isFalse();
      wire.exchange(GET, LONG);

      assertThat(wire.wasServed()).isTrue();
      await().until(wire::isClosedByPeer);
    }
  }

  @Test
  void aConnectionThatRestsIsOpen() throws IOException {
    try (Wire wire = Wire.open((InetSocketAddress) server.getLocalSocketAddress());
        Socket _ = server.accept()) {
      assertThat(wire.isClosedByPeer()).isFalse();
    }
  }
}
