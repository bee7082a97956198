package dev.mainstay.db.controller.control;

import dev.mainstay.db.controller.loop.Breakpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends this process right before the step that a file names; the file is deleted before. */
public record FileBreakpoint(Path file) implements Breakpoint {

  private static final Logger log = LoggerFactory.getLogger(FileBreakpoint.class);
  private static final int KILLED = 137;

  @Override
  public void before(String step) {
    try {
      if (Files.exists(file) && Files.readString(file).strip().equals(step)) {
        Files.delete(file);
        log.warn("halts before {}, as {} asks", step, file);
        Runtime.getRuntime().halt(KILLED);
      }
    } catch (IOException e) {
      log.warn("{} cannot be read: {}", file, e.toString());
    }
  }
}
