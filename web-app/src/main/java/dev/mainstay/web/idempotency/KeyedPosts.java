package dev.mainstay.web.idempotency;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Does each post once, however often and wherever it is sent.
 *
 * <p>A row {@code (key, fingerprint, resource)} is written in the very transaction that writes the
 * resource, so the row is there if and only if the post was done. That makes it the arbiter of
 * every doubt:
 *
 * <ul>
 *   <li>the same key again: the row's unique key refuses the insert, all of the second post is
 *       rolled back, and the first one's resource is read on the primary and answered;
 *   <li>two at once, on any instances: the second insert waits for the first transaction to end,
 *       and then is the case above, or, when the first was rolled back, goes on;
 *   <li>a commit whose outcome is unknown: {@link #recorded} tells it later.
 * </ul>
 */
@Component
public class KeyedPosts {

  /**
   * Lost a deadlock or a lock wait this often: give up. Such a loser has been rolled back, so
   * trying again is safe.
   */
  private static final int ATTEMPTS = 3;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  KeyedPosts(JdbcClient jdbc, PlatformTransactionManager transactions) {
    this.jdbc = jdbc;
    this.transaction = new TransactionTemplate(transactions);
  }

  /** What was done under a key. */
  public record Recorded(Fingerprint fingerprint, UUID resourceId) {}

  /**
   * Does a post unless its key was used before.
   *
   * @param write makes the resource, inside the transaction; it may run more than once, of which at
   *     most one run is committed
   * @param idOf the resource's id, known as soon as {@code write} returns
   * @param read finds an earlier resource again, inside a transaction on the primary
   */
  public <R> Posted<R> post(
      IdempotencyKey key,
      Fingerprint fingerprint,
      Supplier<R> write,
      Function<R, UUID> idOf,
      Function<UUID, R> read) {
    for (int attempt = 1; ; attempt++) {
      try {
        return new Posted.Created<>(
            transaction.execute(
                status -> {
                  R resource = write.get();
                  record(key, new Recorded(fingerprint, idOf.apply(resource)));
                  return resource;
                }));
      } catch (DuplicateKeyException e) {
        return transaction.execute(status -> earlier(key, fingerprint, read, e));
      } catch (PessimisticLockingFailureException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * What was done under this key, if anything was; asked on the primary, in a transaction of its
   * own.
   */
  public Optional<Recorded> recorded(IdempotencyKey key) {
    return transaction.execute(status -> find(key));
  }

  private <R> Posted<R> earlier(
      IdempotencyKey key,
      Fingerprint fingerprint,
      Function<UUID, R> read,
      DuplicateKeyException duplicate) {
    Recorded recorded = find(key).orElseThrow(() -> duplicate);
    R resource = read.apply(recorded.resourceId());
    return recorded.fingerprint().equals(fingerprint)
        ? new Posted.Replayed<>(resource)
        : new Posted.KeyReused<>(resource);
  }

  private void record(IdempotencyKey key, Recorded recorded) {
    jdbc.sql(
            """
            insert into idempotency (idempotency_key, fingerprint, resource_id, created_at)
            values (?, ?, ?, utc_timestamp(3))
            """)
        .params(bytes(key.value()), recorded.fingerprint().hex(), bytes(recorded.resourceId()))
        .update();
  }

  private Optional<Recorded> find(IdempotencyKey key) {
    return jdbc.sql("select fingerprint, resource_id from idempotency where idempotency_key = ?")
        .param(bytes(key.value()))
        .query(
            (row, number) -> new Recorded(new Fingerprint(row.getString(1)), uuid(row.getBytes(2))))
        .optional();
  }

  private static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  private static UUID uuid(byte[] bytes) {
    var buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }
}
