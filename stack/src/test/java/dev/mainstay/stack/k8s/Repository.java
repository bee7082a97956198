package dev.mainstay.stack.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The files that the tests are about. */
final class Repository {

  private static final Pattern VERSION =
      Pattern.compile("<artifactId>mainstay</artifactId>\\s*<version>([^<]+)</version>");

  private Repository() {}

  /** The project's folder: tests run in their module's. */
  static Path folder() {
    Path parent = Path.of("").toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalStateException("the module lies in no folder");
    }
    return parent;
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The version that the build gives to everything, as in 0.1.0. */
  static String version() {
    var found = VERSION.matcher(text(folder().resolve("pom.xml")));
    if (!found.find()) {
      throw new IllegalStateException("pom.xml names no version");
    }
    return found.group(1);
  }
}
