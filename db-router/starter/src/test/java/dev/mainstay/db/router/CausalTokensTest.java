package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import org.junit.jupiter.api.Test;

class CausalTokensTest {

  @Test
  void whatEveryNodeHasIsLeftOut() {
    CausalTokens tokens = Visits.tokens("mainstay/1", "A:1-9,B:1-5", "A:1-7,B:1-5", "A:1-9,B:1-5");

    assertThat(again(tokens, "A:9,B:5").seen()).isEqualTo(Visits.gtids("A:9"));
  }

  @Test
  void aNodeThatIsAwayMayComeBackWithoutIt() {
    CausalTokens tokens = Visits.tokens("mainstay/1", "A:1-9,B:1-5", "A:1-9,B:1-5", "away");

    assertThat(again(tokens, "A:9,B:5").seen()).isEqualTo(Visits.gtids("A:9,B:5"));
  }

  @Test
  void moreOriginsThanFitAreLeftToThePrimary() {
    CausalTokens tokens = Visits.tokens("mainstay/1", "A:1-9", "A:1-9", "away");
    GtidSet many = GtidSet.parse(Engine.MYSQL, CausalTokenCodecTest.origins(40));

    CausalToken token = tokens.decode(tokens.encode(new CausalToken(3, false, many))).orElseThrow();

    assertThat(token).isEqualTo(new CausalToken(3, true, GtidSet.empty(Engine.MYSQL)));
  }

  @Test
  void anotherClustersTokensAreCountedAndIgnored() {
    CausalTokens ours = Visits.tokens("mainstay/1", "A:1-9", "A:1-9", "A:1-9");
    CausalTokens theirs = Visits.tokens("mainstay/2", "A:1-9", "A:1-9", "A:1-9");

    assertThat(ours.decode(theirs.encode(new CausalToken(3, false, Visits.gtids("A:12")))))
        .isEmpty();
    assertThat(ours.decode("A".repeat(2000))).isEmpty();
    assertThat(ours.decode("A".repeat(100))).isEmpty();
    assertThat(ours.decode("?")).isEmpty();

    assertThat(ours.ignored(CausalTokens.Ignored.FOREIGN)).isEqualTo(1);
    assertThat(ours.ignored(CausalTokens.Ignored.TOO_LONG)).isEqualTo(1);
    assertThat(ours.ignored(CausalTokens.Ignored.FORGED)).isEqualTo(1);
    assertThat(ours.ignored(CausalTokens.Ignored.MALFORMED)).isEqualTo(1);
  }

  private static CausalToken again(CausalTokens tokens, String seen) {
    return tokens
        .decode(tokens.encode(new CausalToken(3, false, Visits.gtids(seen))))
        .orElseThrow();
  }
}
