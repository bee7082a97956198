package dev.mainstay.gateway.upstream;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** All pools, by name, in the order of the configuration. */
public final class Pools {

  private final SequencedMap<String, Pool> byName;

  public Pools(Collection<Pool> pools) {
    SequencedMap<String, Pool> map = new LinkedHashMap<>();
    pools.forEach(pool -> map.put(pool.name(), pool));
    this.byName = Collections.unmodifiableSequencedMap(map);
  }

  public Optional<Pool> find(@Nullable String name) {
    return Optional.ofNullable(byName.get(name));
  }

  public Collection<Pool> all() {
    return byName.values();
  }

  /** The names, as a sentence lists them: {@code web-app, static}. */
  public String names() {
    return String.join(", ", byName.keySet());
  }
}
