package dev.mainstay.stack.supervise;

import dev.mainstay.stack.model.Identity;
import dev.mainstay.stack.model.Name;
import java.io.IOException;

/** Starts one process of the stack by name. */
@FunctionalInterface
public interface Starter {

  Identity start(Name name) throws IOException;
}
