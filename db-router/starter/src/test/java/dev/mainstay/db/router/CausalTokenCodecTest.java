package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.router.CausalTokenCodec.Reading;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CausalTokenCodecTest {

  private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  private static final CausalToken TOKEN =
      new CausalToken(7, false, GtidSet.parse(Engine.MYSQL, UUID + ":1-17"));

  private final CausalTokenCodec codec = CausalTokenCodec.withKey("0123456789abcdef");

  @Test
  void whatWasEncodedIsReadAgain() {
    String text = codec.encode(TOKEN, "mainstay/1");

    assertThat(decode(text)).isEqualTo(new Reading.Valid(TOKEN));
    assertThat(text).hasSizeLessThan(120).matches("[A-Za-z0-9_-]+");
  }

  @Test
  void bothEnginesAndADoubtAreCarried() {
    CausalToken mariadb = new CausalToken(0, true, GtidSet.parse(Engine.MARIADB, "0-1-7,3-2-1"));

    assertThat(
            codec.decode(codec.encode(mariadb, "c"), Optional.of("c"), Optional.of(Engine.MARIADB)))
        .isEqualTo(new Reading.Valid(mariadb));
  }

  @Test
  void aTokenOfAnotherClusterOrEngineIsForeign() {
    assertThat(decode(codec.encode(TOKEN, "mainstay/2")))
        .isEqualTo(new Reading.Ignored(CausalTokens.Ignored.FOREIGN));
    assertThat(
            codec.decode(
                codec.encode(TOKEN, "mainstay/1"),
                Optional.of("mainstay/1"),
                Optional.of(Engine.MARIADB)))
        .isEqualTo(new Reading.Ignored(CausalTokens.Ignored.FOREIGN));
  }

  @Test
  void aTokenThatAnotherKeySignedIsForged() {
    String theirs = CausalTokenCodec.withKey("fedcba9876543210").encode(TOKEN, "mainstay/1");

    assertThat(decode(theirs)).isEqualTo(new Reading.Ignored(CausalTokens.Ignored.FORGED));
  }

  @Test
  void instancesWithOnePasswordAgreeUnasked() {
    CausalTokenCodec one = CausalTokenCodec.withPassword("secret", "app board");

    assertThat(read(CausalTokenCodec.withPassword("secret", "app board"), one.encode(TOKEN, "c")))
        .isEqualTo(new Reading.Valid(TOKEN));
    assertThat(read(CausalTokenCodec.withPassword("secret", "app shop"), one.encode(TOKEN, "c")))
        .isEqualTo(new Reading.Ignored(CausalTokens.Ignored.FORGED));
    assertThat(read(CausalTokenCodec.withPassword("Secret", "app board"), one.encode(TOKEN, "c")))
        .isEqualTo(new Reading.Ignored(CausalTokens.Ignored.FORGED));
    assertThat(
            read(
                CausalTokenCodec.withPassword("", "app board"),
                CausalTokenCodec.withPassword("", "app board").encode(TOKEN, "c")))
        .isEqualTo(new Reading.Valid(TOKEN));
  }

  /** Whatever is changed in a token, cut from it or added to it, it is not believed. */
  @Test
  void noBitCanBeChanged() {
    byte[] bytes = Base64.getUrlDecoder().decode(codec.encode(TOKEN, "mainstay/1"));
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] changed = bytes.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(decode(text(changed)))
          .as("bit %d", bit)
          .isEqualTo(new Reading.Ignored(CausalTokens.Ignored.FORGED));
    }
  }

  @Test
  void noPartOfATokenIsOne() {
    String text = codec.encode(TOKEN, "mainstay/1");
    for (int length = 0; length < text.length(); length++) {
      assertThat(decode(text.substring(0, length))).isInstanceOf(Reading.Ignored.class);
    }
    assertThat(decode(text + "AAAA")).isEqualTo(new Reading.Ignored(CausalTokens.Ignored.FORGED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1002000",
        "null",
        "%00",
        "🦀",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "a:b:c",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:9999999999"
      })
  void whatIsNoTokenIsIgnored(String text) {
    assertThat(decode(text)).isInstanceOf(Reading.Ignored.class);
  }

  @Test
  void randomBytesAreIgnored() {
    Random random = new Random(42);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(800)];
      random.nextBytes(bytes);
      assertThat(decode(text(bytes))).isInstanceOf(Reading.Ignored.class);
    }
  }

  /** A megabyte is not even decoded, and what is decoded is hashed once. */
  @Test
  void whatIsMadeUpCostsLessThanAMillisecond() {
    String huge = "A".repeat(1 << 20);
    String longest = "A".repeat(CausalTokenCodec.MAX_LENGTH);
    assertThat(decode(huge)).isEqualTo(new Reading.Ignored(CausalTokens.Ignored.TOO_LONG));
    assertThat(decode(longest)).isEqualTo(new Reading.Ignored(CausalTokens.Ignored.FORGED));

    long start = System.nanoTime();
    for (int i = 0; i < 1000; i++) {
      decode(huge);
      decode(longest);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void fourteenOriginsFit() {
    CausalToken many = new CausalToken(7, false, GtidSet.parse(Engine.MYSQL, origins(14)));

    assertThat(codec.encode(many, "mainstay/1"))
        .hasSizeLessThanOrEqualTo(CausalTokenCodec.MAX_LENGTH);
  }

  static String origins(int count) {
    return IntStream.range(0, count)
        .mapToObj("%08x-71ca-11e1-9e33-c80aa9429562:1-123456789"::formatted)
        .collect(Collectors.joining(","));
  }

  private Reading decode(String text) {
    return codec.decode(text, Optional.of("mainstay/1"), Optional.of(Engine.MYSQL));
  }

  private static Reading read(CausalTokenCodec codec, String text) {
    return codec.decode(text, Optional.of("c"), Optional.of(Engine.MYSQL));
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
