package dev.mainstay.stack.model;

import java.time.Duration;

/** What a process of the stack is for. Declared in the order in which they are started. */
public enum Role {
  NODE("db", "node", Duration.ofSeconds(30)),
  CONTROLLER("rt", "controller", Duration.ofSeconds(10)),
  WEB_APP("web", "web-app", Duration.ofSeconds(25)),
  GATEWAY("gw", "gateway", Duration.ofSeconds(20));

  private final String prefix;
  private final String label;
  private final Duration grace;

  Role(String prefix, String label, Duration grace) {
    this.prefix = prefix;
    this.label = label;
    this.grace = grace;
  }

  /** What names of this role begin with: {@code db} in {@code db-1}. */
  public String prefix() {
    return prefix;
  }

  /** The role as tables and JSON say it. */
  public String label() {
    return label;
  }

  /** How long an orderly stop may take before SIGKILL ends it. */
  public Duration grace() {
    return grace;
  }
}
