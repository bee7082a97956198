package dev.mainstay.stack.process;

import dev.mainstay.stack.model.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The folder in which a stack keeps what it knows: {@code data/}, {@code logs/}, {@code conf/},
 * {@code secrets/} and {@code run/}. Only its owner may look in.
 */
public final class Home {

  /**
   * Those of this process: a lock that nobody refers to any more is let go by the garbage
   * collector.
   */
  private static final Map<Path, FileLock> LOCKS = new HashMap<>();

  private static final Set<PosixFilePermission> OWNER_FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final List<String> PARTS = List.of("data", "logs", "conf", "secrets", "run");

  /** Tells a home from a folder that only has folders of such names. */
  private static final String MARKER = ".mainstay-home";

  private static final String MARKED =
      "What `mainstay up` keeps: data, logs, conf, secrets and run. `mainstay down --wipe` drops them.\n";

  private final Path folder;

  /**
   * @param folder need not exist
   */
  public Home(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  /**
   * The standard one.
   *
   * @param project the folder of the command
   */
  public static Home beside(Path project) {
    return new Home(project.resolve(".mainstay"));
  }

  public Path folder() {
    return folder;
  }

  public Path data() {
    return folder.resolve("data");
  }

  public Path logs() {
    return folder.resolve("logs");
  }

  public Path conf() {
    return folder.resolve("conf");
  }

  public Path secrets() {
    return folder.resolve("secrets");
  }

  public Path run() {
    return folder.resolve("run");
  }

  public Path log(String name) {
    return logs().resolve(name + ".log");
  }

  /** What the data was made with. Written as soon as a stack knows which engine it runs. */
  public Path record() {
    return folder.resolve("home.json");
  }

  /** Whether a stack keeps its things here, or began to. */
  public boolean isOurs() {
    return Files.exists(folder.resolve(MARKER)) || hasRecordOfOurs();
  }

  /**
   * Others have files of that name, too. The first homes have this one for their only mark, so what
   * it says decides: a format by number, and an engine and its version in words.
   */
  private boolean hasRecordOfOurs() {
    try {
      JsonNode said = Json.MAPPER.readTree(Files.readAllBytes(record()));
      return said.path("format").isInt()
          && said.path("engine").isString()
          && said.path("engineVersion").isString();
    } catch (IOException | JacksonException noneOfOurs) {
      return false;
    }
  }

  private boolean isUsed() {
    return Files.exists(record());
  }

  /** Makes what is missing. */
  public void create() {
    if (!isOurs()) {
      Stream.concat(PARTS.stream().map(folder::resolve), Stream.of(record()))
          .filter(Files::exists)
          .findFirst()
          .ifPresent(Home::refuse);
    }
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(MARKER), MARKED);
      for (String part : PARTS) {
        Path made = folder.resolve(part);
        Files.createDirectories(made);
        Files.setPosixFilePermissions(made, OWNER_FOLDER);
      }
      // Whoever owns the folder may change its permissions without being allowed to write into it.
      Files.delete(Files.createTempFile(run(), "writable", null));
    } catch (IOException e) {
      throw new Problem(
          "The folder %s cannot be written (%s). Choose another with --home, or change its permissions."
              .formatted(
                  folder, e instanceof AccessDeniedException ? "permission denied" : reason(e)));
    }
  }

  private static void refuse(Path anothers) {
    throw new Problem(
        "%s is not Mainstay's, and stands where a stack would keep its own. Choose another folder with --home."
            .formatted(anothers));
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return e.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }

  /** The text of a file of the home, or nothing. */
  public static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException e) {
      throw new Problem("The file %s cannot be read (%s).".formatted(file, reason(e)));
    }
  }

  /**
   * Writes a file that only its owner can read, so that a reader sees either the old text or the
   * new one.
   */
  public static void write(Path file, String text) {
    try {
      Path fresh =
          Files.createTempFile(
              file.resolveSibling(""),
              file.getFileName().toString(),
              ".new",
              PosixFilePermissions.asFileAttribute(OWNER_FILE));
      Files.writeString(fresh, text);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Takes the home for this process for as long as it runs; the system lets go when the process
   * ends, however it ends.
   *
   * @return false if another process has it
   */
  public boolean lock() {
    Path file = run().resolve("lock");
    synchronized (LOCKS) {
      if (LOCKS.containsKey(file)) {
        return true;
      }
      try {
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock lock = channel.tryLock();
        if (lock == null) {
          channel.close();
          return false;
        }
        LOCKS.put(file, lock);
        return true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** What to say when {@link #lock} was in vain. */
  public Problem busy() {
    return new Problem(
        "Another `mainstay up` or `mainstay down` is at work in %s. Wait until it is done, and see with `mainstay status`."
            .formatted(folder));
  }

  /** Drops a home in which no stack came to anything, unless another process is at work in it. */
  public void discard() {
    if (isOurs() && !isUsed() && isFree()) {
      wipe();
    }
  }

  private boolean isFree() {
    try {
      return lock();
    } catch (UncheckedIOException gone) {
      return false;
    }
  }

  /** Drops everything that a stack put here; what is not ours stays. */
  public void wipe() {
    if (!isOurs()) {
      return;
    }
    try {
      for (String part : PARTS) {
        delete(folder.resolve(part));
      }
      Files.deleteIfExists(record());
      Files.deleteIfExists(folder.resolve(MARKER));
      forgetLock();
      if (Files.isDirectory(folder)) {
        try (var rest = Files.list(folder)) {
          if (rest.findAny().isEmpty()) {
            Files.delete(folder);
          }
        }
      }
    } catch (IOException e) {
      throw new Problem("The folder %s cannot be cleared (%s).".formatted(folder, reason(e)));
    }
  }

  /** Its file is gone. */
  private void forgetLock() throws IOException {
    synchronized (LOCKS) {
      @Nullable FileLock held = LOCKS.remove(run().resolve("lock"));
      if (held != null) {
        held.acquiredBy().close();
      }
    }
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
