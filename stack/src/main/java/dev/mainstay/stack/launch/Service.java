package dev.mainstay.stack.launch;

import dev.mainstay.stack.model.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One of the Java programs of the stack: where the build puts its jar, and with how much memory it
 * runs.
 */
enum Service {
  CONTROLLER(Role.CONTROLLER, "db-router/controller/target/mainstay-controller-exec.jar"),
  WEB_APP(Role.WEB_APP, "web-app/target/mainstay-web-app.jar"),
  GATEWAY(Role.GATEWAY, "gateway/target/mainstay-gateway.jar");

  /**
   * Without the optimizing compiler: many JVMs share one machine here, and what they save at their
   * start, and in the minutes after it, is more than a stack of this kind ever gets back
   * (docs/figures.md). In containers they have it.
   */
  private static final List<String> COMMON =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xss512k",
          "-XX:MaxMetaspaceSize=160m",
          "-XX:+ExitOnOutOfMemoryError",
          "-Dfile.encoding=UTF-8",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private final Role role;
  private final String jar;

  Service(Role role, String jar) {
    this.role = role;
    this.jar = jar;
  }

  Role role() {
    return role;
  }

  /** The jar below the project's folder. */
  Path jar(Path project) {
    return project.resolve(jar);
  }

  /**
   * Options of the JVM, for the training run and for every start alike: the cache of one does not
   * fit the other otherwise.
   */
  List<String> jvm() {
    List<String> own =
        switch (this) {
          case CONTROLLER -> List.of("-Xms24m", "-Xmx64m", "-XX:ReservedCodeCacheSize=32m");
          case WEB_APP -> List.of("-Xms48m", "-Xmx192m", "-XX:ReservedCodeCacheSize=64m");
          case GATEWAY ->
              List.of(
                  "-Xms32m",
                  "-Xmx128m",
                  "-XX:MaxDirectMemorySize=64m",
                  "-XX:ReservedCodeCacheSize=64m");
        };
    return Stream.concat(COMMON.stream(), own.stream()).toList();
  }
}
