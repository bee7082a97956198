package dev.mainstay.db.router;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Pointcut;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Carries writes over the loss of their primary. It stands around the transaction:
 *
 * <ul>
 *   <li>lost before COMMIT was sent: the work is run again, as soon as there is a primary;
 *   <li>lost while COMMIT was under way: the application's {@link CommitLookup} decides, on the
 *       primary: found, its result is returned; provably never to be found, the work is run again;
 *   <li>neither within the hold: {@link NoPrimaryException} in the failure's causes (provably not
 *       done), or {@link UnknownOutcomeException}.
 * </ul>
 *
 * <pre>{@code
 * Receipt pay(Key key, Order order) {
 *   return writes.run(
 *       () -> transaction.execute(status -> payAndRecord(key, order)),
 *       () -> transaction.execute(status -> receipts.find(key)));
 * }
 * }</pre>
 *
 * All runs together have one deadline, {@code mainstay.db.hold} from the first. Inside of a
 * transaction that was begun before, work is simply run: whoever began it has to run it again.
 */
public final class Writes implements MethodInterceptor {

  /** Between two lookups of a COMMIT that nothing can be said about yet. */
  private static final Duration PAUSE = Duration.ofMillis(25);

  private final Duration hold;
  private final LongAdder rerun = new LongAdder();
  private final LongAdder foundDone = new LongAdder();
  private final LongAdder foundNotDone = new LongAdder();
  private final LongAdder undecided = new LongAdder();

  /**
   * @param hold how long a write may wait for a primary, over all its runs
   */
  public Writes(Duration hold) {
    this.hold = hold;
  }

  /** Runs work that may be run again where it was lost before COMMIT was sent. */
  public <T> T run(Supplier<T> work) {
    return unchecked(() -> carry(Attempt.Work.of(work), null));
  }

  /** Runs work that may be run again, and whose outcome can be looked up. */
  public <T> T run(Supplier<T> work, CommitLookup<T> lookup) {
    return unchecked(() -> carry(Attempt.Work.of(work), lookup));
  }

  /** Runs work whose writes do not wait for a primary: where there is none they fail at once. */
  public <T> T withoutHold(Supplier<T> work) {
    return unchecked(() -> Attempt.until(System.nanoTime()).in(Attempt.Work.of(work)));
  }

  private static <T> T unchecked(Attempt.Work<T> work) {
    try {
      return work.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a supplier threw a checked exception", e);
    }
  }

  /** Around methods that are {@link Rerunnable}. */
  @Override
  public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
    // An invocation can be gone through once only.
    return this.<@Nullable Object>carry(
        () -> ((ProxyMethodInvocation) invocation).invocableClone().proceed(), null);
  }

  private <T extends @Nullable Object> T carry(
      Attempt.Work<T> work, @Nullable CommitLookup<T> lookup) throws Throwable {
    if (TransactionSynchronizationManager.isActualTransactionActive()
        || Attempt.current() != null) {
      return work.run();
    }
    long deadline = System.nanoTime() + hold.toNanos();
    while (true) {
      Attempt attempt = Attempt.until(deadline);
      Exception failure;
      try {
        return attempt.in(work);
      } catch (Exception e) {
        failure = e;
      }
      switch (Loss.of(attempt.leases(), failure)) {
        case Loss.NotOurs(), Loss.NoPrimary() -> throw failure;
        case Loss.BeforeCommit() -> {
          if (System.nanoTime() - deadline >= 0) {
            throw notDone(failure);
          }
        }
        case Loss.InDoubt(SentCommit commit) -> {
          if (lookup == null) {
            throw failure;
          }
          Optional<T> recorded = decide(commit, lookup, deadline, failure);
          if (recorded.isPresent()) {
            return recorded.get();
          }
        }
      }
      if (attempt.leases().isEmpty()) {
        // It failed before it came to a write, so nothing has made it wait.
        LockSupport.parkNanos(PAUSE.toNanos());
      }
      rerun.increment();
    }
  }

  /** The failure of a write that is provably not done. */
  private static RuntimeException notDone(Exception failure) {
    String why = "the primary was lost before COMMIT was sent, and none came in time";
    return new TransientDataAccessResourceException(why, new NoPrimaryException(why, failure));
  }

  /** What the work left behind; empty when it is certain that it left nothing and never will. */
  private <T extends @Nullable Object> Optional<T> decide(
      SentCommit commit, CommitLookup<T> lookup, long deadline, Exception failure)
      throws UnknownOutcomeException {
    while (true) {
      Attempt attempt = Attempt.deciding(commit, deadline);
      try {
        Optional<T> found = attempt.in(lookup::recorded);
        SentCommit.Sight sight = attempt.sight();
        switch (sight == null ? SentCommit.Verdict.OPEN : commit.judge(sight, found.isPresent())) {
          case DONE -> {
            foundDone.increment();
            return found;
          }
          case NOT_DONE -> {
            foundNotDone.increment();
            return Optional.empty();
          }
          case OPEN -> {
            // Asked again below.
          }
        }
      } catch (Throwable e) {
        failure.addSuppressed(e);
        if (e instanceof Error error) {
          throw error;
        }
        if (!Failures.isLackOfPrimary(e)) {
          throw unknown("the lookup failed", failure);
        }
      }
      if (System.nanoTime() - deadline >= 0) {
        throw unknown("it could not be looked up in time", failure);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private UnknownOutcomeException unknown(String why, Exception failure) {
    undecided.increment();
    return new UnknownOutcomeException(
        "COMMIT was sent and not answered, and whether it was done is not known: " + why, failure);
  }

  /** Where it stands: methods that are {@link Rerunnable}, or of such a class. */
  public static Pointcut pointcut() {
    return new RerunnableMethods();
  }

  /** How many times work was run again. */
  public long rerun() {
    return rerun.sum();
  }

  /** How many COMMITs in doubt turned out done. */
  public long foundDone() {
    return foundDone.sum();
  }

  /** How many COMMITs in doubt turned out not done. */
  public long foundNotDone() {
    return foundNotDone.sum();
  }

  /** How many COMMITs stayed in doubt. */
  public long undecided() {
    return undecided.sum();
  }

  private static final class RerunnableMethods extends StaticMethodMatcherPointcut {
    @Override
    public boolean matches(Method method, Class<?> targetClass) {
      return AnnotatedElementUtils.hasAnnotation(
              AopUtils.getMostSpecificMethod(method, targetClass), Rerunnable.class)
          || AnnotatedElementUtils.hasAnnotation(method, Rerunnable.class)
          || AnnotatedElementUtils.hasAnnotation(targetClass, Rerunnable.class);
    }
  }
}
