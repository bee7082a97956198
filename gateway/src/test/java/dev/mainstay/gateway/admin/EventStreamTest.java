package dev.mainstay.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mainstay.gateway.problem.Problem;
import dev.mainstay.gateway.upstream.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.SignalType;
import tools.jackson.databind.json.JsonMapper;

class EventStreamTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final EventStream stream = new EventStream(JsonMapper.shared());

  private void change(int times) {
    for (int weight = 1; weight <= times; weight++) {
      stream.accept(
          new Change(
              Instant.EPOCH,
              "web",
              "A",
              "admin",
              "weight",
              "0",
              Integer.toString(weight),
              "PATCH from 127.0.0.1",
              null));
    }
  }

  private List<ServerSentEvent<String>> next(long after, int count) {
    return stream
        .after(after)
        .filter(event -> event.data() != null)
        .take(count)
        .collectList()
        .blockOptional(SOON)
        .orElseThrow();
  }

  @Test
  void aChangeIsToldWithAllThatIsKnownOfIt() {
    change(1);

    assertThat(next(0, 1))
        .extracting(ServerSentEvent::id, ServerSentEvent::data)
        .containsExactly(
            tuple(
                "1",
                "{\"at\":\"1970-01-01T00:00:00Z\",\"pool\":\"web\",\"server\":\"A\",\"who\":\"admin\",\"what\":\"weight\",\"from\":\"0\",\"to\":\"1\",\"why\":\"PATCH from 127.0.0.1\",\"millis\":null}"));
  }

  @Test
  void whoComesLateGetsTheLastOnes() {
    change(150);

    assertThat(next(0, 100))
        .extracting(ServerSentEvent::id)
        .startsWith("51", "52")
        .endsWith("149", "150");
  }

  @Test
  void whoComesAgainGetsWhatWasMissed() {
    change(10);

    assertThat(next(8, 2)).extracting(ServerSentEvent::id).containsExactly("9", "10");
  }

  @Test
  void whoDoesNotKeepUpIsLetGo() throws InterruptedException {
    CountDownLatch gone = new CountDownLatch(1);
    AtomicInteger read = new AtomicInteger();
    BaseSubscriber<ServerSentEvent<String>> slow =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {
            request(1);
          }

          @Override
          protected void hookOnNext(ServerSentEvent<String> event) {
            read.incrementAndGet();
          }

          @Override
          protected void hookFinally(SignalType type) {
            gone.countDown();
          }
        };
    stream.after(0).subscribe(slow);

    change(10_000);
    slow.requestUnbounded();

    assertThat(gone.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(read.get()).isLessThan(1_000);
  }

  @Test
  void listenersAreCounted() {
    List<Disposable> listeners = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      listeners.add(stream.after(0).subscribe());
    }

    assertThatThrownBy(() -> stream.after(0).blockFirst(SOON))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.detail()).isEqualTo("64 listeners are enough."));
    listeners.getFirst().dispose();
    assertThat(stream.after(0).blockFirst(SOON)).isNotNull();
    listeners.forEach(Disposable::dispose);
  }

  @Test
  void theEndIsEverybodys() {
    CountDownLatch ended = new CountDownLatch(2);
    stream.after(0).doOnComplete(ended::countDown).subscribe();
    stream.after(0).doOnComplete(ended::countDown).subscribe();

    stream.close();

    assertThat(ended.getCount()).isZero();
    stream.after(0).blockLast(SOON);
  }
}
