package dev.mainstay.stack.supervise;

import dev.mainstay.stack.model.Identity;
import dev.mainstay.stack.model.Name;
import java.io.IOException;

/** Starts one process of the stack by name. */
@FunctionalInterface
public interface Starter {

  /** Starts nothing: for a command that acts in the place of a killed supervisor. */
  Starter NOBODY =
      name -> {
        throw new IOException("no supervisor");
      };

  Identity start(Name name) throws IOException;
}
