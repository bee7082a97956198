package dev.mainstay.stack.cli;

import java.nio.file.Path;

/** The folder with the sources, in which the command lies. */
final class Project {

  private Project() {}

  /** Named by the command; the working folder if this jar was started by itself. */
  static Path folder() {
    return Path.of(System.getProperty("mainstay.project", ".")).toAbsolutePath().normalize();
  }
}
