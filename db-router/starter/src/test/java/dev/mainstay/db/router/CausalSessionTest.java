package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.router.CausalSession.Part;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CausalSessionTest {

  private final CausalTokens tokens = Visits.tokens("mainstay/1", "A:1-9", "A:1-5", "away");
  private final List<String> changes = new ArrayList<>();
  private final CausalSession.Carrier carrier =
      new CausalSession.Carrier() {
        @Override
        public void changed(CausalSession session, Part part) {
          changes.add(part + (session.token(part).isEmpty() ? " forgotten" : ""));
        }

        @Override
        public void stale() {
          changes.add("stale");
        }
      };

  @AfterEach
  void end() {
    CausalSession.end();
  }

  @Test
  void withoutATokenNothingHasToBeSeenUntilSomethingIsWritten() {
    begin("", "");
    assertThat(Visits.need()).isEmpty();

    Visits.write("A:10");

    assertThat(Visits.need()).isEqualTo("A:10");
    assertThat(changes).containsExactly("WRITTEN");
  }

  @Test
  void writesAndReadsAddUp() {
    begin("A:10", "A:4,B:2");
    assertThat(Visits.need()).isEqualTo("A:10,B:2");

    Visits.write("A:12");
    Visits.readOnReplica("A:1-11,B:1-3");

    assertThat(Visits.need()).isEqualTo("A:12,B:3");
    assertThat(changes).containsExactly("WRITTEN", "READ");
  }

  @Test
  void aReadThatShowsNothingNewChangesNothing() {
    begin("", "A:4");
    Visits.readOnReplica("A:1-4");

    assertThat(changes).isEmpty();
  }

  /** Trap: a position that is behind what was seen must not take it back. */
  @Test
  void aReadOnANodeThatIsBehindTakesNothingBack() {
    begin("A:10", "A:10");
    Visits.readOnReplica("A:1-4");

    assertThat(Visits.need()).isEqualTo("A:10");
    assertThat(changes).isEmpty();
  }

  @Test
  void afterACommitInDoubtOnlyThePrimaryWillDoUntilItWasAsked() {
    begin("A:8", "");
    Visits.writeInDoubt();
    assertThat(Visits.need()).isEqualTo("A:8!");

    Visits.readOnReplica("A:1-8");
    assertThat(Visits.need()).isEqualTo("A:8!");

    Visits.readOnPrimary("A:1-9");
    assertThat(Visits.need()).isEqualTo("A:9");
    assertThat(changes).containsExactly("WRITTEN", "READ", "WRITTEN forgotten", "READ");
  }

  @Test
  void whatAFailOverLostIsForgottenOnceThePrimaryWasRead() {
    begin("A:10,B:77", "B:78");

    Visits.readOnPrimary("A:1-11,B:1-70");

    assertThat(Visits.need()).isEqualTo("A:11,B:70");
    assertThat(changes).containsExactly("WRITTEN forgotten", "READ");
  }

  /** Trap: the primary that is known here may be one that has lost its office. */
  @Test
  void aPrimaryOfAnEarlierEpochProvesNothingLost() {
    CausalSession.begin(
        tokens,
        List.of(tokens.encode(new CausalToken(4, false, Visits.gtids("B:77")))),
        List.of(),
        carrier);

    Visits.readOnPrimary("A:1-11");

    assertThat(Visits.need()).isEqualTo("A:11,B:77");
  }

  @Test
  void ownWritesThatThePrimaryHasStayInTheirToken() {
    begin("A:10", "");
    Visits.readOnPrimary("A:1-12");

    assertThat(changes).containsExactly("READ");
    assertThat(Visits.need()).isEqualTo("A:12");
  }

  @Test
  void madeUpTokensCountForNothing() {
    CausalSession.begin(tokens, List.of("A:99", "AAAA"), List.of("x".repeat(5000)), carrier);

    assertThat(Visits.need()).isEmpty();
  }

  @Test
  void anotherThreadHasNoSession() throws InterruptedException {
    begin("A:10", "");
    List<Boolean> there = new ArrayList<>();
    Thread.ofVirtual().start(() -> there.add(CausalSession.current() != null)).join();

    assertThat(there).containsExactly(false);
  }

  private void begin(String written, String read) {
    CausalSession.begin(tokens, texts(written), texts(read), carrier);
  }

  private List<String> texts(String gtids) {
    return gtids.isEmpty()
        ? List.of()
        : List.of(tokens.encode(new CausalToken(3, false, Visits.gtids(gtids))));
  }
}
