package dev.mainstay.gateway.memory;

import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.upstream.Pool;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps in a file what an operator changed of the pools, so that a gateway that is started again
 * begins where it ended.
 *
 * <p>The file is replaced whole and at once: a crash leaves the old one or the new one. One that
 * cannot be read is told of in one sentence, and the pools begin as configured.
 */
public final class Memory {

  private static final Logger log = LoggerFactory.getLogger(Memory.class);
  private static final int FORMAT = 1;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private record Content(int format, Map<String, Kept> pools) {}

  private final Optional<Path> file;
  private final Map<String, Kept> kept;
  private final Map<String, Roster> configured = new LinkedHashMap<>();

  /**
   * @param file where; empty keeps nothing
   * @throws IllegalArgumentException if there cannot be such a file
   */
  public Memory(Optional<Path> file) {
    file.filter(path -> !Files.isDirectory(path.toAbsolutePath().resolveSibling("")))
        .ifPresent(
            path -> {
              throw new IllegalArgumentException(
                  "%s is in no folder (expected: a file in a folder that there is)"
                      .formatted(path));
            });
    this.file = file;
    this.kept = file.map(Memory::read).orElse(Map.of());
  }

  private static Map<String, Kept> read(Path file) {
    try {
      Content content = JSON.readValue(Files.readString(file), Content.class);
      if (content.format() == FORMAT) {
        return Map.copyOf(content.pools());
      }
      log.warn("{} is of another version: pools begin as configured", file);
    } catch (NoSuchFileException firstStart) {
      // Nothing was changed yet.
    } catch (IOException | JacksonException | NullPointerException unreadable) {
      log.warn(
          "{} cannot be read: pools begin as configured ({})",
          file,
          unreadable.getClass().getSimpleName());
    }
    return Map.of();
  }

  /**
   * The pool to start with: as configured, but for what an operator changed. Before {@link #keep}.
   */
  public Roster recall(String pool, Roster asConfigured) {
    configured.put(pool, asConfigured);
    Kept before = kept.get(pool);
    if (before == null) {
      return asConfigured;
    }
    Roster recalled = before.over(asConfigured);
    if (!recalled.equals(asConfigured)) {
      log.info("pool {} is as its operator left it: {}", pool, Kept.Facts.of(recalled));
    }
    return recalled;
  }

  /** Writes down how the pools are now. A failure is told, and changes nothing else. */
  public synchronized void keep(Collection<Pool> pools) {
    file.ifPresent(path -> write(path, pools));
  }

  private void write(Path path, Collection<Pool> pools) {
    Map<String, Kept> now = new LinkedHashMap<>();
    for (Pool pool : pools) {
      Roster roster = pool.roster();
      now.put(
          pool.name(),
          new Kept(
              Kept.Facts.of(configured.getOrDefault(pool.name(), roster)), Kept.Facts.of(roster)));
    }
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    try {
      Files.writeString(fresh, JSON.writeValueAsString(new Content(FORMAT, now)) + "\n");
      try (FileChannel written = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      log.warn(
          "{} cannot be written, so what was changed last is forgotten at the next start: {}",
          path,
          e.toString());
    }
  }
}
