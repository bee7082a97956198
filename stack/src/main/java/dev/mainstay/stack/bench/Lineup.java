package dev.mainstay.stack.bench;

import dev.mainstay.stack.model.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The servers and the proxies in front of them, each set up as its users would: two servers in
 * turns, checks and another server on a failure where it has them, the client's address passed on,
 * connections to the servers kept, one process, no log of requests.
 */
final class Lineup {

  static final String EXPRESS = "mainstay";
  static final String FILTERED = "mainstay, through Spring Cloud Gateway";
  static final String FIFTY = "mainstay, 50 servers";
  private static final String FIFTY_ADDRESSES = "mainstay, 50 servers of 50 addresses";
  static final String STOCK = "Spring Cloud Gateway + LoadBalancer";
  static final String HAPROXY = "HAProxy";
  static final String NGINX = "nginx";

  private static final int MANY = 50;

  private static final List<String> JVM =
      List.of(
          "-Xms128m",
          "-Xmx128m",
          "-XX:+UseSerialGC",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private final Path project;
  private final Path work;
  private final Path nginx;
  private final int firstServer = freePort();
  private final int secondServer = freePort();

  /**
   * @param project the folder of the sources, where the jars are built
   * @param work an empty folder
   */
  Lineup(Path project, Path work) {
    this.project = project;
    this.work = work;
    this.nginx = Tools.need("nginx", "which serves the pages and is measured too");
  }

  private static int freePort() {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Both servers, in one process; each on so many loopback addresses that it looks like 25. */
  Contender servers() {
    String location =
        """
            location = /small { default_type text/html; return 200 "%s"; }
            location = /large { alias %s; default_type application/octet-stream; }
        """
            .formatted("x".repeat(Scenario.SMALL), write("large", "x".repeat(Scenario.LARGE)));
    String http =
        """
          open_file_cache max=10;
          sendfile on;
          server { %s %s }
          server { %s %s }
        """
            .formatted(listen(firstServer), location, listen(secondServer), location);
    return new Contender("the servers", nginx("servers", http), firstServer, false, false);
  }

  private static String listen(int port) {
    return IntStream.rangeClosed(1, MANY / 2)
        .mapToObj("listen 127.0.0.%d:"::formatted)
        .map(address -> address + port + " backlog=1024;")
        .collect(Collectors.joining(" "));
  }

  /** Whom to measure; one that this machine lacks is left out. */
  List<Contender> contenders() {
    List<Contender> all = new ArrayList<>();
    all.add(mainstay(EXPRESS, servers(2), true, false));
    all.add(mainstay(FILTERED, servers(2), false, false));
    // Who has as many addresses as servers has as many more connections: that is no cost of a pick.
    all.add(
        mainstay(
            FIFTY,
            Collections.nCopies(MANY / 2, servers(2)).stream().flatMap(List::stream).toList(),
            true,
            true));
    all.add(mainstay(FIFTY_ADDRESSES, servers(MANY), true, true));
    all.add(stock());
    Tools.find("haproxy")
        .ifPresent(
            program -> {
              all.add(haproxy(HAPROXY, program, servers(2), false));
              all.add(
                  haproxy(HAPROXY + ", 50 servers of 50 addresses", program, servers(MANY), true));
            });
    all.add(nginxProxy());
    return all;
  }

  /** So many addresses of the same two servers. */
  private List<String> servers(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                "http://127.0.0.%d:%d"
                    .formatted(1 + i / 2, i % 2 == 0 ? firstServer : secondServer))
        .toList();
  }

  private Contender mainstay(
      String what, List<String> servers, boolean express, boolean usualOnly) {
    int port = freePort();
    List<String> arguments = new ArrayList<>();
    arguments.add("--server.port=" + port);
    arguments.add("--server.address=127.0.0.1");
    arguments.add("--management.server.port=" + freePort());
    arguments.add("--mainstay.gateway.express.enabled=" + express);
    arguments.add("--mainstay.gateway.pools.origin.health.path=/small");
    for (int i = 0; i < servers.size(); i++) {
      String server = "--mainstay.gateway.pools.origin.servers[%d].".formatted(i);
      arguments.add(server + "id=web-" + i);
      arguments.add(server + "uri=" + servers.get(i));
    }
    return new Contender(
        what, jvm("gateway/target/mainstay-gateway.jar", arguments), port, true, usualOnly);
  }

  private Contender stock() {
    int port = freePort();
    List<String> arguments = new ArrayList<>();
    arguments.add("--server.port=" + port);
    arguments.add("--server.address=127.0.0.1");
    List<String> servers = servers(2);
    for (int i = 0; i < servers.size(); i++) {
      arguments.add(
          "--spring.cloud.discovery.client.simple.instances.origin[%d].uri=%s"
              .formatted(i, servers.get(i)));
    }
    return new Contender(
        STOCK,
        jvm("bench/stock-gateway/target/mainstay-bench-stock-gateway.jar", arguments),
        port,
        true,
        false);
  }

  private List<String> jvm(String jar, List<String> arguments) {
    Path file = project.resolve(jar);
    if (!Files.exists(file)) {
      throw new Problem(
          "%s is not built. `mvn -DskipTests package` in %s builds it.".formatted(file, project));
    }
    return Stream.of(
            List.of(Tools.java().toString()), JVM, List.of("-jar", file.toString()), arguments)
        .flatMap(List::stream)
        .toList();
  }

  private Contender haproxy(String what, Path program, List<String> servers, boolean usualOnly) {
    int port = freePort();
    String lines =
        servers.stream()
            .map(
                server ->
                    "  server %1$s %1$s check inter 2s rise 2 fall 3\n"
                        .formatted(URI.create(server).getAuthority()))
            .collect(Collectors.joining());
    Path settings =
        write(
            "haproxy-%d.cfg".formatted(servers.size()),
            """
            global
              nbthread 1
              maxconn 2000
            defaults
              mode http
              timeout client 30s
              timeout connect 1s
              timeout server 10s
              retries 3
              option redispatch
              option forwardfor
            frontend site
              bind 127.0.0.1:%d
              default_backend origin
            backend origin
              balance roundrobin
              option httpchk GET /small
              http-request set-header X-Forwarded-Proto http
            %s"""
                .formatted(port, lines));
    return new Contender(
        what,
        List.of(program.toString(), "-db", "-f", settings.toString()),
        port,
        false,
        usualOnly);
  }

  private Contender nginxProxy() {
    int port = freePort();
    String http =
        """
          upstream origin {
            server 127.0.0.1:%d;
            server 127.0.0.1:%d;
            keepalive 256;
            keepalive_requests 1000000;
          }
          server {
            listen 127.0.0.1:%d backlog=1024;
            location / {
              proxy_pass http://origin;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header Host $host;
              proxy_set_header X-Forwarded-For $remote_addr;
              proxy_set_header X-Forwarded-Proto http;
              proxy_next_upstream error timeout;
              proxy_connect_timeout 1s;
              proxy_buffers 16 8k;
            }
          }
        """
            .formatted(firstServer, secondServer, port);
    return new Contender(NGINX, nginx("nginx", http), port, false, false);
  }

  private List<String> nginx(String name, String http) {
    Path settings =
        write(
            name + ".conf",
            """
            daemon off;
            master_process off;
            pid %1$s/%2$s.pid;
            error_log stderr;
            events { worker_connections 4096; }
            http {
              access_log off;
              tcp_nodelay on;
              keepalive_requests 1000000;
              client_body_temp_path %1$s/%2$s-client;
              proxy_temp_path %1$s/%2$s-proxy;
              fastcgi_temp_path %1$s/%2$s-fastcgi;
              uwsgi_temp_path %1$s/%2$s-uwsgi;
              scgi_temp_path %1$s/%2$s-scgi;
            %3$s
            }
            """
                .formatted(work, name, http));
    return List.of(
        nginx.toString(), "-p", work.toString(), "-e", "stderr", "-c", settings.toString());
  }

  private Path write(String name, String content) {
    try {
      return Files.writeString(work.resolve(name), content, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new Problem("%s cannot be written (%s).".formatted(work.resolve(name), e));
    }
  }
}
