package dev.mainstay.db.router;

import java.lang.reflect.Method;
import java.util.concurrent.atomic.LongAdder;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Pointcut;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Runs a read-only transaction again, on another node, when the node that it ran on went away in
 * the middle of it. What only reads can be run twice without harm.
 *
 * <p>It stands around methods that start a read-only transaction, outside the transaction itself. A
 * method that takes part in a transaction already begun is left to whoever began it.
 */
public final class RepeatedReads implements MethodInterceptor {

  private final int attempts;
  private final LongAdder repeated = new LongAdder();

  /**
   * @param attempts how many times a read is run at most, 1 or more
   */
  public RepeatedReads(int attempts) {
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "attempts is %d (expected: 1 or more)".formatted(attempts));
    }
    this.attempts = attempts;
  }

  @Override
  public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
    if (TransactionSynchronizationManager.isActualTransactionActive()) {
      return invocation.proceed();
    }
    for (int left = attempts - 1; left > 0; left--) {
      // An invocation can be gone through once only.
      MethodInvocation attempt = ((ProxyMethodInvocation) invocation).invocableClone();
      try {
        return attempt.proceed();
      } catch (Exception failure) {
        if (!Failures.isLossOfNode(failure)) {
          throw failure;
        }
        repeated.increment();
      }
    }
    return invocation.proceed();
  }

  /** Where it stands: methods with {@code @Transactional(readOnly = true)}, or of such a class. */
  public static Pointcut pointcut() {
    return new ReadOnlyTransactions();
  }

  /** How many times a read was run again. */
  public long repeated() {
    return repeated.sum();
  }

  private static final class ReadOnlyTransactions extends StaticMethodMatcherPointcut {

    /** As Spring's own: methods need not be public. */
    private final AnnotationTransactionAttributeSource transactions =
        new AnnotationTransactionAttributeSource(false);

    ReadOnlyTransactions() {
      setClassFilter(transactions::isCandidateClass);
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
      TransactionAttribute transaction = transactions.getTransactionAttribute(method, targetClass);
      return transaction != null && transaction.isReadOnly();
    }
  }
}
