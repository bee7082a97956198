package dev.mainstay.stack.process;

import dev.mainstay.stack.model.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads {@code /proc}. A start is told by the boot's id and the clock tick within it. */
final class LinuxProcessTable implements ProcessTable {

  private static final int STATE = 0;
  private static final int START_TICK = 19;

  private final Path proc;
  private final String boot;

  LinuxProcessTable(Path proc) {
    this.proc = proc;
    this.boot =
        read(proc.resolve("sys/kernel/random/boot_id"))
            .map(id -> id.strip().substring(0, 8))
            .orElse("boot");
  }

  @Override
  public Optional<Seen> look(long pid) {
    return read(proc.resolve(pid + "/stat")).flatMap(stat -> parse(pid, stat));
  }

  /**
   * The name stands in parentheses and may hold anything, so fields are counted from the last one.
   */
  private Optional<Seen> parse(long pid, String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    return switch (fields[STATE].charAt(0)) {
      case 'Z', 'X', 'x' -> Optional.empty();
      case 'T' -> Optional.of(seen(pid, fields, Activity.PAUSED));
      default -> Optional.of(seen(pid, fields, Activity.RUNNING));
    };
  }

  private Seen seen(long pid, String[] fields, Activity activity) {
    return new Seen(new Identity(pid, boot + "-" + fields[START_TICK]), activity);
  }

  @Override
  public OptionalLong residentBytes(long pid) {
    return read(proc.resolve(pid + "/status")).stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst();
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }
}
