package dev.mainstay.stack;

import dev.mainstay.stack.cli.Commands;

/** The command {@code mainstay}. */
public final class Mainstay {

  private Mainstay() {}

  public static void main(String[] args) {
    System.exit(Commands.run(args));
  }
}
