package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.DefaultPointcutAdvisor;

class ConsistentReadsTest {

  private final List<Consistency> seen = new ArrayList<>();

  /** What an application's class looks like. */
  @ReadConsistency(Consistency.PRIMARY)
  static class Reports {
    private final List<Consistency> seen;

    Reports(List<Consistency> seen) {
      this.seen = seen;
    }

    void byItsClass() {
      look();
    }

    @ReadConsistency(Consistency.EVENTUAL)
    void byItself() {
      look();
    }

    private void look() {
      seen.add(ConsistentReads.current(Consistency.CAUSAL));
    }
  }

  /** Only one method says anything. */
  static class Pages {
    private final List<Consistency> seen;
    private final Runnable inner;

    Pages(List<Consistency> seen, Runnable inner) {
      this.seen = seen;
      this.inner = inner;
    }

    void usual() {
      seen.add(ConsistentReads.current(Consistency.CAUSAL));
    }

    @ReadConsistency(Consistency.EVENTUAL)
    void declared() {
      usual();
      inner.run();
      usual();
    }
  }

  @Test
  void aMethodsWordWinsOverItsClasss() {
    Reports reports = advised(new Reports(seen));

    reports.byItsClass();
    reports.byItself();

    assertThat(seen).containsExactly(Consistency.PRIMARY, Consistency.EVENTUAL);
    assertThat(ConsistentReads.current(Consistency.CAUSAL)).isEqualTo(Consistency.CAUSAL);
  }

  @Test
  void whereNothingIsSaidTheApplicationsHolds() {
    Pages pages = advised(new Pages(seen, () -> {}));

    pages.usual();
    pages.declared();
    pages.usual();

    assertThat(seen)
        .containsExactly(
            Consistency.CAUSAL, Consistency.EVENTUAL, Consistency.EVENTUAL, Consistency.CAUSAL);
  }

  @Test
  void theInnermostWordHoldsAndEndsWithItsMethodEvenByAFailure() {
    Reports reports = advised(new Reports(seen));
    Pages pages =
        advised(
            new Pages(
                seen,
                () -> {
                  reports.byItsClass();
                  throw new IllegalStateException("on purpose");
                }));

    try {
      pages.declared();
    } catch (IllegalStateException e) {
      pages.usual();
    }

    assertThat(seen).containsExactly(Consistency.EVENTUAL, Consistency.PRIMARY, Consistency.CAUSAL);
  }

  @SuppressWarnings("unchecked")
  private static <T> T advised(T target) {
    ProxyFactory factory = new ProxyFactory(target);
    factory.setProxyTargetClass(true);
    factory.addAdvisor(
        new DefaultPointcutAdvisor(ConsistentReads.pointcut(), new ConsistentReads()));
    return (T) factory.getProxy();
  }
}
