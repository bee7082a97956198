package dev.mainstay.web.idempotency;

import dev.mainstay.db.router.UnknownOutcomeException;
import dev.mainstay.db.router.Writes;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
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
 *   <li>a commit that was sent and not answered: the row decides, on the primary, whether the post
 *       was done or is to be run again; {@link #recorded} tells it later where that takes too long.
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
  private final Writes writes;

  KeyedPosts(JdbcClient jdbc, PlatformTransactionManager transactions, Writes writes) {
    this.jdbc = jdbc;
    this.writes = writes;
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
   * @param read finds an earlier resource again, inside a transaction on the primary; nothing if
   *     the id is that of a resource of another kind
   */
  public <R> Posted<R> post(
      IdempotencyKey key,
      Fingerprint fingerprint,
      Supplier<R> write,
      Function<R, UUID> idOf,
      Function<UUID, Optional<R>> read) {
    try {
      return writes.run(
          () -> create(key, fingerprint, write, idOf),
          () -> transaction.execute(status -> earlier(key, fingerprint, read)));
    } catch (DuplicateKeyException e) {
      return replay(key, fingerprint, read);
    }
  }

  private <R> Posted<R> create(
      IdempotencyKey key, Fingerprint fingerprint, Supplier<R> write, Function<R, UUID> idOf) {
    for (int attempt = 1; ; attempt++) {
      try {
        return new Posted.Created<>(
            transaction.execute(
                status -> {
                  R resource = write.get();
                  record(key, new Recorded(fingerprint, idOf.apply(resource)));
                  return resource;
                }));
      } catch (PessimisticLockingFailureException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** What was made before. That it cannot be shown does not mean that it was not done. */
  private <R> Posted<R> replay(
      IdempotencyKey key, Fingerprint fingerprint, Function<UUID, Optional<R>> read) {
    try {
      return writes
          .run(() -> transaction.execute(status -> earlier(key, fingerprint, read)))
          .orElseThrow(() -> new IllegalStateException("a key is there and not there: " + key));
    } catch (DataAccessException | TransactionException e) {
      throw new UnknownOutcomeException("what was posted before cannot be read", e);
    }
  }

  /**
   * What was done under this key, if anything was; asked on the primary, in a transaction of its
   * own.
   */
  public Optional<Recorded> recorded(IdempotencyKey key) {
    return transaction.execute(status -> find(key));
  }

  private <R> Optional<Posted<R>> earlier(
      IdempotencyKey key, Fingerprint fingerprint, Function<UUID, Optional<R>> read) {
    return find(key)
        .map(
            recorded -> {
              Optional<R> made = read.apply(recorded.resourceId());
              return recorded.fingerprint().equals(fingerprint)
                  ? new Posted.Replayed<>(made.orElseThrow(() -> vanished(key)))
                  : new Posted.KeyReused<>(made);
            });
  }

  private static IllegalStateException vanished(IdempotencyKey key) {
    return new IllegalStateException("a key is there, and what was posted with it is not: " + key);
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
