package dev.mainstay.db.router;

import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.spec.KeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens as text, signed. Pure.
 *
 * <pre>
 * base64url( HMAC-SHA256(key, body) cut to 16 bytes, body )
 * body = version 1, flags (1: MariaDB, 2: primary only), fingerprint of the cluster's id (8), epoch (8), GTID set
 * </pre>
 *
 * <p>A text is measured first, then its signature is compared, and only what was signed here is
 * looked into: whatever anybody makes up costs one hash of at most 768 bytes.
 */
final class CausalTokenCodec {

  /** The longest text that is made or read, in characters: some 14 origins of MySQL. */
  static final int MAX_LENGTH = 1024;

  private static final String HMAC = "HmacSHA256";
  private static final int MAC_BYTES = 16;
  private static final byte VERSION = 1;
  private static final int MARIADB = 1;
  private static final int PRIMARY_ONLY = 2;
  private static final int FINGERPRINT_BYTES = 8;
  private static final int HEAD_BYTES = 2 + FINGERPRINT_BYTES + Long.BYTES;
  private static final int STRETCHING = 10_000;

  private final SecretKeySpec key;

  private CausalTokenCodec(byte[] key) {
    this.key = new SecretKeySpec(key, HMAC);
  }

  /** What a text is. */
  sealed interface Reading {
    record Valid(CausalToken token) implements Reading {}

    record Ignored(CausalTokens.Ignored why) implements Reading {}
  }

  /** With a key that was made to be one. */
  static CausalTokenCodec withKey(String key) {
    return new CausalTokenCodec(
        mac(
            new SecretKeySpec("mainstay causal token".getBytes(StandardCharsets.UTF_8), HMAC),
            key.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * With a key made of a password that all instances know. It is stretched, for whoever holds a
   * token could try passwords against its signature.
   */
  static CausalTokenCodec withPassword(String password, String salt) {
    try {
      // An empty password is none for this purpose, but no error either.
      KeySpec spec =
          new PBEKeySpec(
              ("mainstay:" + password).toCharArray(),
              ("mainstay causal token " + salt).getBytes(StandardCharsets.UTF_8),
              STRETCHING,
              256);
      return new CausalTokenCodec(
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has PBKDF2 with SHA-256", e);
    }
  }

  String encode(CausalToken token, String clusterId) {
    byte[] gtids = token.seen().toString().getBytes(StandardCharsets.US_ASCII);
    int flags =
        (token.seen().engine() == Engine.MARIADB ? MARIADB : 0)
            | (token.primaryOnly() ? PRIMARY_ONLY : 0);
    byte[] body =
        ByteBuffer.allocate(HEAD_BYTES + gtids.length)
            .put(VERSION)
            .put((byte) flags)
            .put(fingerprint(clusterId))
            .putLong(token.epoch())
            .put(gtids)
            .array();
    byte[] signed =
        ByteBuffer.allocate(MAC_BYTES + body.length).put(signature(body)).put(body).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(signed);
  }

  /**
   * @param clusterId that the token has to be of; any, while it is not known
   */
  Reading decode(String text, Optional<String> clusterId, Optional<Engine> engine) {
    if (text.length() > MAX_LENGTH) {
      return ignored(CausalTokens.Ignored.TOO_LONG);
    }
    byte[] signed;
    try {
      signed = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return ignored(CausalTokens.Ignored.MALFORMED);
    }
    if (signed.length < MAC_BYTES + HEAD_BYTES) {
      return ignored(CausalTokens.Ignored.MALFORMED);
    }
    byte[] body = Arrays.copyOfRange(signed, MAC_BYTES, signed.length);
    if (!MessageDigest.isEqual(signature(body), Arrays.copyOf(signed, MAC_BYTES))) {
      return ignored(CausalTokens.Ignored.FORGED);
    }
    try {
      return parse(ByteBuffer.wrap(body), clusterId, engine);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      // Signed by us, but not as we do now.
      return ignored(CausalTokens.Ignored.MALFORMED);
    }
  }

  private static Reading parse(
      ByteBuffer body, Optional<String> clusterId, Optional<Engine> engine) {
    if (body.get() != VERSION) {
      return ignored(CausalTokens.Ignored.MALFORMED);
    }
    int flags = body.get();
    Engine its = (flags & MARIADB) == 0 ? Engine.MYSQL : Engine.MARIADB;
    byte[] fingerprint = new byte[FINGERPRINT_BYTES];
    body.get(fingerprint);
    if (engine.filter(ours -> ours != its).isPresent()
        || clusterId.filter(ours -> !Arrays.equals(fingerprint(ours), fingerprint)).isPresent()) {
      return ignored(CausalTokens.Ignored.FOREIGN);
    }
    long epoch = body.getLong();
    String gtids = StandardCharsets.US_ASCII.decode(body).toString();
    return new Reading.Valid(
        new CausalToken(epoch, (flags & PRIMARY_ONLY) != 0, GtidSet.parse(its, gtids)));
  }

  private static Reading ignored(CausalTokens.Ignored why) {
    return new Reading.Ignored(why);
  }

  private byte[] signature(byte[] body) {
    return Arrays.copyOf(mac(key, body), MAC_BYTES);
  }

  private static byte[] mac(SecretKeySpec key, byte[] data) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC with SHA-256", e);
    }
  }

  private static byte[] fingerprint(String clusterId) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(clusterId.getBytes(StandardCharsets.UTF_8));
      return Arrays.copyOf(hash, FINGERPRINT_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
