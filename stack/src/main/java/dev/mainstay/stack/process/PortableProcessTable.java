package dev.mainstay.stack.process;

import dev.mainstay.stack.model.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/** Asks {@code ps}, which macOS and the BSDs have too. A start is told to the second. */
final class PortableProcessTable implements ProcessTable {

  @Override
  public Optional<Seen> look(long pid) {
    String line = ps("stat=,lstart=", pid);
    if (line.isEmpty() || line.startsWith("Z")) {
      return Optional.empty();
    }
    String[] fields = line.split("\\s+", 2);
    Activity activity = fields[0].startsWith("T") ? Activity.PAUSED : Activity.RUNNING;
    return Optional.of(new Seen(new Identity(pid, fields[1].strip()), activity));
  }

  @Override
  public OptionalLong residentBytes(long pid) {
    String kilobytes = ps("rss=", pid);
    return kilobytes.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseLong(kilobytes) * 1024);
  }

  private static String ps(String columns, long pid) {
    try {
      ProcessBuilder builder = new ProcessBuilder("ps", "-o", columns, "-p", Long.toString(pid));
      builder.environment().put("LC_ALL", "C");
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      Process process = builder.start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("ps cannot be run", e);
    }
  }
}
