package dev.mainstay.stack.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What became of one command line: its exit code, and what it printed. */
record Run(int exit, String out, String err) {

  static Run of(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream toOut = new ByteArrayOutputStream();
    ByteArrayOutputStream toErr = new ByteArrayOutputStream();
    System.setOut(new PrintStream(toOut, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(toErr, true, StandardCharsets.UTF_8));
    try {
      int exit = Commands.run(arguments);
      return new Run(
          exit, toOut.toString(StandardCharsets.UTF_8), toErr.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }
}
