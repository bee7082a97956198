package dev.mainstay.db.router;

import dev.mainstay.db.GtidSet;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.engine.Credentials;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * Issues the tokens by which any instance knows what a visitor has to see, and takes back only
 * those that an instance of the same application issued for the same cluster.
 */
public final class CausalTokens {

  /** Why a token counts for nothing. */
  public enum Ignored {
    /** Longer than any that is issued; not looked at further. */
    TOO_LONG,
    /** Cut off, or not in our notation. */
    MALFORMED,
    /** Not signed with our key. */
    FORGED,
    /** Of another cluster. */
    FOREIGN,
    /** The primary never will have what it names: a fail-over lost it. It is not waited for. */
    LOST
  }

  private final CausalTokenCodec codec;
  private final TopologyMonitor monitor;
  private final Map<Ignored, LongAdder> ignored = new EnumMap<>(Ignored.class);

  private CausalTokens(CausalTokenCodec codec, TopologyMonitor monitor) {
    this.codec = codec;
    this.monitor = monitor;
    for (Ignored why : Ignored.values()) {
      ignored.put(why, new LongAdder());
    }
  }

  /** Signed with this key, which all instances have to be given. */
  public static CausalTokens withKey(String key, TopologyMonitor monitor) {
    return new CausalTokens(CausalTokenCodec.withKey(key), monitor);
  }

  /** Signed with a key that every instance makes of the same account, unasked. */
  public static CausalTokens of(Credentials application, String schema, TopologyMonitor monitor) {
    return new CausalTokens(
        CausalTokenCodec.withPassword(
            application.password(), application.username() + " " + schema),
        monitor);
  }

  /**
   * The token as text of at most {@link CausalTokenCodec#MAX_LENGTH} characters. What all nodes
   * have is left out; what is too long even then is told as "the primary has it".
   */
  String encode(CausalToken token) {
    TopologyMonitor.View view = monitor.view();
    String clusterId = view.clusterId().orElse("");
    List<Optional<GtidSet>> positions =
        view.topology().nodes().stream().map(CausalTokens::position).toList();
    String text = codec.encode(token.without(positions), clusterId);
    if (text.length() > CausalTokenCodec.MAX_LENGTH) {
      List<Optional<GtidSet>> known = positions.stream().filter(Optional::isPresent).toList();
      text = codec.encode(token.without(known), clusterId);
    }
    return text.length() > CausalTokenCodec.MAX_LENGTH
        ? codec.encode(
            new CausalToken(token.epoch(), true, GtidSet.empty(token.seen().engine())), clusterId)
        : text;
  }

  private static Optional<GtidSet> position(NodeState node) {
    return node.role() == Role.PRIMARY || node.role() == Role.REPLICA
        ? node.gtid()
        : Optional.empty();
  }

  /** What the text says, if it is one of ours. */
  Optional<CausalToken> decode(String text) {
    TopologyMonitor.View view = monitor.view();
    return switch (codec.decode(text, view.clusterId(), view.topology().engine())) {
      case CausalTokenCodec.Reading.Valid(CausalToken token) -> Optional.of(token);
      case CausalTokenCodec.Reading.Ignored(Ignored why) -> {
        ignore(why);
        yield Optional.empty();
      }
    };
  }

  void ignore(Ignored why) {
    Objects.requireNonNull(ignored.get(why)).increment();
  }

  /** How many tokens counted for nothing. */
  public long ignored(Ignored why) {
    return Objects.requireNonNull(ignored.get(why)).sum();
  }
}
