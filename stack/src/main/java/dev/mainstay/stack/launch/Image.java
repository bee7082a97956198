package dev.mainstay.stack.launch;

import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Java program as it starts fastest: its jar unpacked, with an ahead-of-time cache that a
 * training run left behind. Kept in the user's cache under a key of the jar's content, the JDK and
 * the options, so that every home shares it and nothing is trained twice.
 *
 * @param jar the unpacked program; its libraries lie in {@code lib/} beside it
 * @param cache the trained cache; empty if training failed, which costs seconds at each start and
 *     nothing else
 */
record Image(Service service, Path jar, Optional<Path> cache) {

  private static final Duration LONGEST_TRAINING = Duration.ofMinutes(10);
  private static final Duration KEPT = Duration.ofDays(14);

  /** The command that starts it, up to its own arguments. */
  List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(java().toString());
    command.addAll(service.jvm());
    cache.ifPresent(file -> command.add("-XX:AOTCache=" + file));
    command.add("-jar");
    command.add(jar.toString());
    return command;
  }

  private static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /**
   * The image of a program, made if it is not there.
   *
   * @param training what it is configured with in its training run, in which it reaches nobody
   */
  static Image of(
      Service service,
      Path project,
      Path cacheFolder,
      Map<String, Object> training,
      Progress progress)
      throws InterruptedException {
    Path built = service.jar(project);
    try {
      Path programs = cacheFolder.resolve("programs");
      Files.createDirectories(programs);
      Path folder = programs.resolve(service.role().label() + "-" + key(service, built));
      if (!Files.isDirectory(folder)) {
        progress.say("unpacking the " + service.role().label());
        unpack(built, folder);
      }
      use(folder);
      Path jar = folder.resolve(built.getFileName());
      Path cache = folder.resolve("program.aot");
      if (!Files.exists(cache)) {
        progress.say("training the " + service.role().label() + "'s start (once)");
        if (!train(service, jar, cache, training)) {
          progress.say(
              "training the %s's start failed: it starts without (%s)"
                  .formatted(service.role().label(), trainingLog(cache)));
          return new Image(service, jar, Optional.empty());
        }
      }
      return new Image(service, jar, Optional.of(cache));
    } catch (IOException e) {
      throw new Problem(
          "The %s cannot be unpacked below %s (%s). XDG_CACHE_HOME names another folder."
              .formatted(service.role().label(), cacheFolder, e));
    }
  }

  private static void use(Path folder) throws IOException {
    Files.setLastModifiedTime(folder, FileTime.from(Instant.now()));
  }

  /** Says that it is used still. A supervisor does so for as long as it may start from it. */
  void use() {
    try {
      use(jar.resolveSibling(""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String key(Service service, Path jar) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream content = new DigestInputStream(Files.newInputStream(jar), digest)) {
        content.transferTo(OutputStream.nullOutputStream());
      }
      String machine =
          System.getProperty("java.vm.version") + System.getProperty("java.home") + service.jvm();
      digest.update(machine.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(), 0, 10);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Unpacks beside the final place and moves there, so that two who do it at once cannot see half
   * of it.
   */
  private static void unpack(Path jar, Path folder) throws IOException, InterruptedException {
    Path half = Files.createTempDirectory(folder.resolveSibling(""), ".unpacking-");
    Path log = half.resolve("unpack.log");
    Process process =
        new ProcessBuilder(
                java().toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djarmode=tools",
                "-jar",
                jar.toString(),
                "extract",
                "--force",
                "--destination",
                half.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("unpacking %s: %s".formatted(jar, Files.readString(log).strip()));
    }
    try {
      Files.move(half, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException another) {
      delete(half);
    }
  }

  private static Path trainingLog(Path cache) {
    return cache.resolveSibling("training.log");
  }

  private static boolean train(Service service, Path jar, Path cache, Map<String, Object> training)
      throws IOException, InterruptedException {
    Path work = Files.createTempDirectory(cache.getParent(), ".training-");
    Path fresh = work.resolve("program.aot");
    Path settings = work.resolve("settings.yml");
    Home.write(settings, Json.MAPPER.writeValueAsString(training));
    List<String> command = new ArrayList<>();
    command.add(java().toString());
    command.addAll(service.jvm());
    command.add("-XX:AOTCacheOutput=" + fresh);
    command.add("-Dspring.context.exit=onRefresh");
    command.add("-jar");
    command.add(jar.toString());
    command.add("--spring.config.additional-location=file:" + settings);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .keySet()
        .removeIf(name -> !List.of("PATH", "HOME", "LANG", "TMPDIR").contains(name));
    Process process =
        builder.redirectErrorStream(true).redirectOutput(trainingLog(cache).toFile()).start();
    try {
      boolean ended = process.waitFor(LONGEST_TRAINING.toSeconds(), TimeUnit.SECONDS);
      if (ended && process.exitValue() == 0 && Files.exists(fresh)) {
        Files.move(fresh, cache, StandardCopyOption.ATOMIC_MOVE);
        return true;
      }
      return false;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      delete(work);
    }
  }

  /**
   * Drops what nobody used for two weeks: each build of the sources leaves an image behind. To be
   * called when all the images of a stack are there, for one that was old until now is used again.
   */
  static void prune(Path cacheFolder) {
    prune(cacheFolder.resolve("programs"), Instant.now(), commandLines());
  }

  /**
   * @param running the command lines of what runs on this machine: a stack whose supervisor was
   *     killed says no more that it uses its images
   */
  static void prune(Path programs, Instant now, List<String> running) {
    try (Stream<Path> images = Files.list(programs)) {
      for (Path image : images.toList()) {
        boolean old = Files.getLastModifiedTime(image).toInstant().isBefore(now.minus(KEPT));
        if (old && running.stream().noneMatch(line -> line.contains(image + "/"))) {
          delete(image);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As far as this user may see them; another's processes run from another's cache. */
  static List<String> commandLines() {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::info)
        .flatMap(info -> info.arguments().stream())
        .map(arguments -> String.join(" ", arguments))
        .toList();
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.deleteIfExists(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
