package dev.mainstay.stack;

/** The command {@code mainstay}. */
public final class Mainstay {

  private Mainstay() {}

  public static void main(String[] args) {
    System.exit(2);
  }
}
