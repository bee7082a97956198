package dev.mainstay.gateway.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnsTest {

  /** What Reactor Netty tells of itself. */
  private boolean atWork;

  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          new Turns(
              new ByteGuard(new Bounds(100, 1000, Duration.ofSeconds(5), Duration.ofSeconds(5))),
              () -> false,
              _ -> atWork));

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void ask(String path) {
    channel.writeInbound(
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path),
        LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private void answer() {
    channel.writeOutbound(
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER));
  }

  private String passed() {
    Object message = channel.readInbound();
    return message instanceof DefaultHttpRequest request ? request.uri() : String.valueOf(message);
  }

  @Test
  void requestThatComesWhileTheLastOneIsNotFinishedWaitsUntilItIs() {
    ask("/1");
    assertThat(passed()).isEqualTo("/1");
    assertThat(passed()).isEqualTo(LastHttpContent.EMPTY_LAST_CONTENT.toString());
    atWork = true;
    answer();

    ask("/2");
    channel.runPendingTasks();
    assertThat(channel.inboundMessages()).isEmpty();

    channel.pipeline().fireUserEventTriggered("something else");
    channel.runPendingTasks();
    assertThat(channel.inboundMessages()).isEmpty();

    atWork = false;
    channel.pipeline().fireUserEventTriggered("finished");
    assertThat(channel.inboundMessages()).as("whoever is behind hears of it first").isEmpty();
    channel.runPendingTasks();
    assertThat(passed()).isEqualTo("/2");
    assertThat(passed()).isEqualTo(LastHttpContent.EMPTY_LAST_CONTENT.toString());
  }

  @Test
  void requestThatWaitedForTheAnswerWaitsForTheEndToo() {
    ask("/1");
    ask("/2");
    assertThat(passed()).isEqualTo("/1");
    var _ = passed();
    atWork = true;
    answer();
    channel.runPendingTasks();
    assertThat(channel.inboundMessages()).isEmpty();

    atWork = false;
    channel.pipeline().fireUserEventTriggered("finished");
    channel.runPendingTasks();
    assertThat(passed()).isEqualTo("/2");
  }
}
