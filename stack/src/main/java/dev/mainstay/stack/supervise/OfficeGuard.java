package dev.mainstay.stack.supervise;

import dev.mainstay.stack.model.Name;
import java.util.Optional;
import java.util.Set;

/** Knows who holds an office that must be handed over before an orderly stop: the primary. */
public interface OfficeGuard {

  /** Hands the office over; says why not, if that cannot be done. A node without office passes. */
  Optional<String> handOver(Name name);

  /** The node that is the primary now, if anybody knows. */
  Optional<Name> primary();

  /**
   * The nodes that may be asked to end: those that are known to follow, and a primary that is
   * acknowledged. Any other may be a fenced or isolated primary on which commits wait, and a MySQL
   * that is asked to end answers them as if they were acknowledged.
   */
  Set<Name> sound();
}
