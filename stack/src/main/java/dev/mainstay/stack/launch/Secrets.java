package dev.mainstay.stack.launch;

import dev.mainstay.stack.process.Home;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * The passwords and the token of a stack: made at the first {@code up}, each in a file of its own
 * that only the owner can read. They reach the processes through files, never through arguments,
 * variables or logs.
 */
public record Secrets(
    String controller,
    String application,
    String migrate,
    String monitor,
    String replication,
    String adminToken) {

  private static final String LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

  /** 5.8 bits a letter: 160 bits and more, and within the 32 letters of a replication password. */
  private static final int LENGTH = 30;

  /** Those of the home; what is missing is made. */
  public static Secrets of(Home home) {
    SecureRandom random = new SecureRandom();
    return new Secrets(
        secret(home, "controller", random),
        secret(home, "application", random),
        secret(home, "migrate", random),
        secret(home, "monitor", random),
        secret(home, "replication", random),
        secret(home, "admin-token", random));
  }

  /** The admin token of a home whose stack was started before. */
  public static String adminToken(Home home) {
    return Home.read(home.secrets().resolve("admin-token")).map(String::strip).orElse("");
  }

  private static String secret(Home home, String name, SecureRandom random) {
    Path file = home.secrets().resolve(name);
    return Home.read(file)
        .map(String::strip)
        .orElseGet(
            () -> {
              String made = random(random);
              Home.write(file, made + "\n");
              return made;
            });
  }

  /**
   * A secret for any purpose: letters and digits only, so that it needs no quoting in YAML, SQL or
   * a header.
   */
  static String random(RandomGenerator random) {
    return random
        .ints(LENGTH, 0, LETTERS.length())
        .collect(
            StringBuilder::new,
            (text, at) -> text.append(LETTERS.charAt(at)),
            StringBuilder::append)
        .toString();
  }

  /** Without its values: a record's own text would show them. */
  @Override
  public String toString() {
    return "Secrets[…]";
  }
}
