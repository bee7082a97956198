package dev.mainstay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.testing.Rig;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Orders to the processes of the stack, by way of a supervisor that answers as the test says. */
class ProcessesIT {

  private static final String DONE = "{\"done\":true,\"message\":\"db-1 (pid 7) killed\"}";

  @TempDir private static Path folder;
  private static final List<String> ORDERS = new CopyOnWriteArrayList<>();
  private static final Rig RIG = new Rig().pool("web", 1);
  private static ServerSocketChannel socket;
  private static volatile String answer = DONE;

  @BeforeAll
  static void start() throws IOException {
    socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    socket.bind(UnixDomainSocketAddress.of(folder.resolve("control.sock")));
    Thread.ofVirtual().start(ProcessesIT::obey);
    RIG.set("mainstay.gateway.stack.supervisor", folder.resolve("control.sock")).start();
  }

  @AfterAll
  static void stop() throws IOException {
    RIG.close();
    socket.close();
  }

  private static void obey() {
    while (true) {
      try (SocketChannel client = socket.accept();
          BufferedReader lines =
              new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8))) {
        ORDERS.add(lines.readLine());
        client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static HttpResponse<String> order(String process, String body) {
    return RIG.admin("POST", "/api/processes/" + process, body);
  }

  private static String detail(HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body()).path("detail").asString("");
  }

  @Test
  void anOrderIsPassedOnAndItsOutcomeTold() {
    answer = DONE;

    HttpResponse<String> response = order("db-1", "{\"order\":\"KILL\"}");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("{\"message\":\"db-1 (pid 7) killed\"}");
    assertThat(ORDERS).contains("{\"verb\":\"KILL\",\"name\":\"db-1\"}");
  }

  @Test
  void aRefusalIsToldInTheSupervisorsWords() {
    answer = "{\"done\":false,\"message\":\"No process is called db-9.\"}";

    HttpResponse<String> response = order("db-9", "{\"order\":\"PAUSE\"}");

    assertThat(response.statusCode()).isEqualTo(409);
    assertThat(detail(response)).isEqualTo("No process is called db-9.");
  }

  @Test
  void aSupervisorThatHangsUpIsNotTakenForOneThatObeyed() {
    answer = "";

    HttpResponse<String> response = order("db-2", "{\"order\":\"RESUME\"}");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(detail(response)).contains("did not answer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"order\":\"STOP\"}",
        "{\"order\":7}",
        "{\"order\":\"KILL\",\"for\":\"1h\"}",
        "{"
      })
  void anotherOrderIsRefusedAndNotPassedOn(String body) {
    int before = ORDERS.size();

    assertThat(order("db-1", body).statusCode()).isEqualTo(400);
    assertThat(ORDERS).hasSize(before);
  }

  @Test
  void whoHasNoTokenBreaksNothing() {
    int before = ORDERS.size();

    HttpResponse<String> response =
        RIG.send(
            HttpRequest.newBuilder(RIG.admin("/api/processes/db-1"))
                .POST(BodyPublishers.ofString("{\"order\":\"KILL\"}")));

    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(ORDERS).hasSize(before);
  }

  @Test
  void thePictureTellsThatProcessesCanBeBroken() {
    String picture = RIG.send(HttpRequest.newBuilder(RIG.admin("/api/stack"))).body();

    assertThat(JsonMapper.shared().readTree(picture).path("breakable").asBoolean(false)).isTrue();
  }
}
