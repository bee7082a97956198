package dev.mainstay.stack.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A command {@code docker} that answers as it was told, and remembers what it was asked. */
final class FakeDocker {

  private final Path program;
  private final Path asked;
  private final List<String> rules = new ArrayList<>();

  FakeDocker(Path folder) {
    this.program = folder.resolve("docker");
    this.asked = folder.resolve("asked");
    write();
  }

  /**
   * What it prints, unless told otherwise later; without any rule it prints nothing.
   *
   * @param arguments a pattern of the shell's, such as {@code compose up *}
   */
  FakeDocker answers(String arguments, String out) {
    return rule(arguments, "printf '%s\\n' '" + out + "'");
  }

  /** The same, with exit code 1. */
  FakeDocker fails(String arguments, String complaint) {
    return rule(arguments, "echo '" + complaint + "' >&2; exit 1");
  }

  private FakeDocker rule(String arguments, String action) {
    rules.addFirst("%s) %s ;;".formatted(arguments.replace(" ", "\\ "), action));
    write();
    return this;
  }

  private void write() {
    try {
      Files.writeString(
          program,
          "#!/bin/sh\necho \"${COMPOSE_PROJECT_NAME-}: $*\" >>%s\ncase \"$*\" in\n%s\nesac\n"
              .formatted(asked, String.join("\n", rules)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  String command() {
    return program.toString();
  }

  /** The arguments of each call, in order. */
  List<String> asked() {
    return lines().stream().map(line -> line.substring(line.indexOf(": ") + 2)).toList();
  }

  /** Compose's name for the project in each call, in order; blank if there was none. */
  List<String> names() {
    return lines().stream().map(line -> line.substring(0, line.indexOf(": "))).toList();
  }

  private List<String> lines() {
    try {
      return Files.exists(asked) ? Files.readAllLines(asked) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
