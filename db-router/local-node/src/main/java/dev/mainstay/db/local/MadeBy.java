package dev.mainstay.db.local;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;

/**
 * The record, inside a data folder, of the engine that last worked on it. It is the last file
 * written when a folder is made, so a folder without it is not whole.
 */
public record MadeBy(LocalEngine engine, EngineVersion version) {

  private static final String FILE = "mainstay-node.properties";

  static MadeBy of(Distribution distribution) {
    return new MadeBy(distribution.engine(), distribution.version());
  }

  /** The record in a data folder, if there is one. */
  public static Optional<MadeBy> read(Path data) throws IOException {
    var file = data.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    var record = new Properties();
    record.load(new StringReader(Files.readString(file)));
    var name = record.getProperty("engine", "");
    var engine =
        Arrays.stream(LocalEngine.values())
            .filter(known -> known.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IOException("%s names no known engine".formatted(file)));
    var version =
        EngineVersion.in(record.getProperty("version", ""))
            .orElseThrow(() -> new IOException("%s names no version".formatted(file)));
    return Optional.of(new MadeBy(engine, version));
  }

  void write(Path data) throws IOException {
    var fresh = data.resolve(FILE + ".new");
    Files.writeString(fresh, "engine=%s\nversion=%s\n".formatted(engine.name(), version));
    Files.move(
        fresh,
        data.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Why a server of this distribution must not run on the data, or nothing if it may. */
  Optional<String> refusal(Path data, Distribution distribution) {
    if (engine != distribution.engine()) {
      return Optional.of(
          "%s holds data of %s %s, and cannot be used with %s"
              .formatted(data, engine.label(), version, distribution.title()));
    }
    if (!distribution.version().isAtLeast(version)) {
      return Optional.of(
          "%s holds data of %s %s, which the older %s cannot read"
              .formatted(data, engine.label(), version, distribution.title()));
    }
    return Optional.empty();
  }
}
