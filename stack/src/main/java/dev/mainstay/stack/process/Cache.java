package dev.mainstay.stack.process;

import java.nio.file.Path;

/** Where this user's cache is: what can be made again, and is shared by all homes. */
public final class Cache {

  private Cache() {}

  /** {@code ${XDG_CACHE_HOME:-~/.cache}/mainstay}. */
  public static Path folder() {
    String shared = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    Path caches =
        shared.isBlank()
            ? Path.of(System.getProperty("user.home", "."), ".cache")
            : Path.of(shared);
    return caches.resolve("mainstay").toAbsolutePath();
  }
}
