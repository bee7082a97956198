package dev.mainstay.db.router;

import dev.mainstay.db.GtidSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One visitor's reads and writes, while a request of theirs is worked on: what they have to see,
 * and what this request adds to that.
 *
 * <p>A request's edge {@linkplain #begin begins} and {@linkplain #end ends} it on the thread that
 * works for the request. On a thread without one nothing is remembered, and nothing asked for it.
 * Tokens are looked at when a connection is first asked for; a request without one pays nothing.
 *
 * <p>What was written and what was read are kept apart, in a cookie each: a slow read that is
 * answered after a write must not take the write's cookie back.
 */
public final class CausalSession {

  /** What a token is of. */
  public enum Part {
    WRITTEN,
    READ
  }

  /** Carries tokens to the visitor. */
  public interface Carrier {

    /** {@link #token(Part)} has changed; empty, it is to be forgotten. */
    void changed(CausalSession session, Part part);

    /** A read was answered that may lack what the visitor has to see. */
    void stale();
  }

  private static final ThreadLocal<@Nullable CausalSession> CURRENT = new ThreadLocal<>();

  private final CausalTokens tokens;
  private final List<String> presentedWritten;
  private final List<String> presentedRead;
  private final Carrier carrier;

  /** Guards the fields below: a connection may be given back on another thread. */
  private final Object state = new Object();

  private boolean opened;
  private @Nullable CausalToken written;
  private @Nullable CausalToken read;

  private CausalSession(
      CausalTokens tokens, List<String> written, List<String> read, Carrier carrier) {
    this.tokens = tokens;
    this.presentedWritten = List.copyOf(written);
    this.presentedRead = List.copyOf(read);
    this.carrier = carrier;
  }

  /**
   * A request starts on this thread.
   *
   * @param written the tokens of writes that it came with, whatever they are
   * @param read those of reads
   */
  public static void begin(
      CausalTokens tokens, List<String> written, List<String> read, Carrier carrier) {
    CURRENT.set(new CausalSession(tokens, written, read, carrier));
  }

  /** The request ends on this thread. */
  public static void end() {
    CURRENT.remove();
  }

  /** The one that this thread works for, if any. */
  static @Nullable CausalSession current() {
    return CURRENT.get();
  }

  /** A part's token as text; empty if there is nothing to be seen. */
  public Optional<String> token(Part part) {
    synchronized (state) {
      CausalToken token =
          switch (part) {
            case WRITTEN -> written;
            case READ -> read;
          };
      return Optional.ofNullable(token).map(tokens::encode);
    }
  }

  /** All that has to be seen, in one token. */
  public Optional<String> token() {
    return need().map(tokens::encode);
  }

  /** What a read has to see; empty if anything may be shown. */
  Optional<CausalToken> need() {
    synchronized (state) {
      open();
      return merged(Stream.of(Optional.ofNullable(written), Optional.ofNullable(read)));
    }
  }

  private void open() {
    if (!opened) {
      opened = true;
      written = merged(presentedWritten.stream().map(tokens::decode)).orElse(null);
      read = merged(presentedRead.stream().map(tokens::decode)).orElse(null);
    }
  }

  private static Optional<CausalToken> merged(Stream<Optional<CausalToken>> parts) {
    return parts.flatMap(Optional::stream).reduce(CausalToken::merge);
  }

  /** A write was committed. */
  void wrote(GtidSet gtids, long epoch) {
    written(new CausalToken(epoch, false, gtids));
  }

  /** A write may have been committed, or was, and its GTID is not known. */
  void mayHaveWritten(GtidSet none, long epoch) {
    written(new CausalToken(epoch, true, none));
  }

  private void written(CausalToken more) {
    synchronized (state) {
      open();
      CausalToken before = written;
      written = before == null ? more : before.merge(more);
    }
    carrier.changed(this, Part.WRITTEN);
  }

  /**
   * A read was answered by a node that had executed this at its end.
   *
   * @param primary whether the node is the primary of this epoch for certain: then this is all that
   *     there is to be seen, and what else a token of no later epoch names was lost
   */
  void read(GtidSet executed, long epoch, boolean primary) {
    boolean lost;
    boolean moved;
    synchronized (state) {
      open();
      CausalToken shown = new CausalToken(epoch, false, executed);
      CausalToken before = read;
      CausalToken wrote = written;
      lost =
          primary
              && wrote != null
              && wrote.epoch() <= epoch
              && (wrote.primaryOnly() || !executed.contains(wrote.seen()));
      if (lost) {
        written = null;
      }
      read = before == null || (primary && before.epoch() <= epoch) ? shown : before.merge(shown);
      moved = !read.equals(before);
    }
    if (lost) {
      carrier.changed(this, Part.WRITTEN);
    }
    if (moved) {
      carrier.changed(this, Part.READ);
    }
  }

  /** What has to be seen the primary never will have. */
  void lost() {
    tokens.ignore(CausalTokens.Ignored.LOST);
  }

  /** A read is answered by a node that may lack what has to be seen. */
  void stale() {
    carrier.stale();
  }
}
