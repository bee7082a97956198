package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.db.NodeState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class HoldTest {

  private static final NodeState DB_1 = Nodes.primary("db-1");
  private static final Duration LONG = Duration.ofMinutes(1);

  private final AtomicReference<Optional<NodeState>> primary =
      new AtomicReference<>(Optional.empty());
  private final AtomicInteger asked = new AtomicInteger();
  private final Hold hold =
      new Hold(
          () -> {
            asked.incrementAndGet();
            return primary.get();
          },
          3);

  @Test
  void aWriteThatFindsAPrimaryDoesNotWait() throws Exception {
    primary.set(Optional.of(DB_1));

    assertThat(hold.await(in(LONG), false)).isEqualTo(new Hold.Outcome.Primary(DB_1));
    assertThat(hold.releases()).isZero();
  }

  @Test
  void withoutAHoldAWriteFailsAtOnce() throws Exception {
    assertThat(hold.await(in(Duration.ZERO), false)).isEqualTo(new Hold.Outcome.TooLate());
    assertThat(hold.releases()).isZero();
  }

  @Test
  void aWriteIsHeldUntilItsDeadline() throws Exception {
    long start = System.nanoTime();

    assertThat(hold.await(in(Duration.ofMillis(100)), false)).isEqualTo(new Hold.Outcome.TooLate());

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(99));
    assertThat(hold.releases()).isEqualTo(1);
    assertThat(hold.total(TimeUnit.MILLISECONDS)).isGreaterThan(99);
  }

  @Test
  void allThatAreHeldAreWokenByTheLookThatShowsAPrimaryAndAskNothingBefore() {
    List<CompletableFuture<Hold.Outcome>> writes = hold(3);
    await().until(() -> hold.held() == 3);
    await().until(() -> asked.get() == 6);

    primary.set(Optional.of(DB_1));
    hold.looked();

    writes.forEach(write -> assertThat(write.join()).isEqualTo(new Hold.Outcome.Primary(DB_1)));
    assertThat(hold.held()).isZero();
    assertThat(hold.releases()).isEqualTo(3);
  }

  @Test
  void oneMoreThanThereArePlacesIsRefusedAtOnce() throws Exception {
    List<CompletableFuture<Hold.Outcome>> writes = hold(3);
    await().until(() -> hold.held() == 3);

    assertThat(hold.await(in(LONG), false)).isEqualTo(new Hold.Outcome.Full());

    assertThat(hold.held()).isEqualTo(3);
    assertThat(hold.await(in(Duration.ofMillis(10)), true))
        .as("what must be decided is held all the same")
        .isEqualTo(new Hold.Outcome.TooLate());
    primary.set(Optional.of(DB_1));
    hold.looked();
    writes.forEach(CompletableFuture::join);
  }

  private List<CompletableFuture<Hold.Outcome>> hold(int writes) {
    return IntStream.range(0, writes)
        .mapToObj(
            i ->
                CompletableFuture.supplyAsync(
                    () -> {
                      try {
                        return hold.await(in(LONG), false);
                      } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                      }
                    },
                    Executors.newVirtualThreadPerTaskExecutor()))
        .toList();
  }

  private static long in(Duration time) {
    return System.nanoTime() + time.toNanos();
  }
}
