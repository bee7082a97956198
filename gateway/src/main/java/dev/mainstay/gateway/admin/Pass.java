package dev.mainstay.gateway.admin;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What is derived from the admin token: whether another word is the same, and cookies that stand
 * for it.
 *
 * <p>A cookie says when it expires and is signed with the token, so that it outlives a restart and
 * is good on every gateway of the same token. Its name is derived from the token too: browsers send
 * cookies to every port of a host, and two stacks side by side must not overwrite each other's.
 */
final class Pass {

  static final Duration LIFETIME = Duration.ofHours(12);

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final byte[] tokenHash;
  private final SecretKeySpec key;
  private final SecureRandom random = new SecureRandom();

  Pass(String token) {
    this.tokenHash = sha256(token);
    this.key = new SecretKeySpec(sha256("cookie:" + token), "HmacSHA256");
  }

  /** Takes the same time however much of it is right. */
  boolean isToken(String word) {
    return MessageDigest.isEqual(tokenHash, sha256(word));
  }

  String cookieName() {
    return "mainstay-admin-" + HexFormat.of().formatHex(sign("name"), 0, 4);
  }

  /** A cookie good for {@link #LIFETIME} from now: {@code expiry.nonce.signature}. */
  String cookie(Instant now) {
    byte[] nonce = new byte[12];
    random.nextBytes(nonce);
    String claim = now.plus(LIFETIME).getEpochSecond() + "." + BASE64.encodeToString(nonce);
    return claim + "." + BASE64.encodeToString(sign(claim));
  }

  boolean isCookie(String value, Instant now) {
    int end = value.lastIndexOf('.');
    int dot = value.indexOf('.');
    if (dot < 1 || end <= dot) {
      return false;
    }
    String claim = value.substring(0, end);
    byte[] expected = BASE64.encodeToString(sign(claim)).getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(
        expected, value.substring(end + 1).getBytes(StandardCharsets.UTF_8))) {
      return false;
    }
    return now.getEpochSecond() < Long.parseLong(value.substring(0, dot));
  }

  private byte[] sign(String claim) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(claim.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has HmacSHA256", e);
    }
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
