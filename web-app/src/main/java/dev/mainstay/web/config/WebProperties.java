package dev.mainstay.web.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the notice board.
 *
 * @param instance name of this instance, shown in the footer of each page; the host's name by
 *     default
 * @param seed made-up notices for an empty board
 */
@ConfigurationProperties("mainstay.web")
public record WebProperties(@Nullable String instance, @DefaultValue Seed seed) {

  public WebProperties {
    if (instance == null || instance.isBlank()) {
      instance = hostName();
    }
  }

  /** The name of this instance, never blank. */
  public String instanceName() {
    return instance == null ? hostName() : instance;
  }

  /**
   * Made-up notices for an empty board.
   *
   * @param notices how many; 0 seeds nothing
   * @param random the generator's seed: the same number gives the same texts
   */
  public record Seed(@DefaultValue("0") int notices, @DefaultValue("42") long random) {

    private static final int MOST = 1_000_000;

    public Seed {
      if (notices < 0 || notices > MOST) {
        throw new IllegalArgumentException(
            "mainstay.web.seed.notices is %d (expected: 0-%d)".formatted(notices, MOST));
      }
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "web";
    }
  }
}
