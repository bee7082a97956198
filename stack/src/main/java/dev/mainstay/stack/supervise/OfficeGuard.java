package dev.mainstay.stack.supervise;

import dev.mainstay.stack.model.Name;
import java.util.Optional;

/** Knows who holds an office that must be handed over before an orderly stop: the primary. */
public interface OfficeGuard {

  /** Hands the office over; says why not, if that cannot be done. A node without office passes. */
  Optional<String> handOver(Name name);

  /** The node that is the primary now, if anybody knows. */
  Optional<Name> primary();
}
