package dev.mainstay.stack.launch;

import dev.mainstay.stack.model.Name;
import java.util.Map;

/**
 * Settings of single processes beside those that every stack has, by property name: how a drill
 * leads links through its proxies.
 */
@FunctionalInterface
public interface Wiring {

  /** Nothing but the ordinary. */
  Wiring NONE = _ -> Map.of();

  /** What {@code name} is told in addition; its lists and maps stand beside the ordinary ones. */
  Map<String, Object> of(Name name);
}
