package dev.mainstay.stack.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mainstay.db.local.testing.FreePorts;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each service starts with the very settings that its ConfigMaps hold, finds its secrets as files,
 * and answers where its probes ask. No database is there, and no other service.
 */
class SettingsIT {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "local, controller, db-router/controller/target/mainstay-controller-exec.jar, 200",
    // Its schema is unknown without a database.
    "local, web-app, web-app/target/mainstay-web-app.jar, 503",
    "local, gateway, gateway/target/mainstay-gateway.jar, 200",
    "production, gateway, gateway/target/mainstay-gateway.jar, 200"
  })
  void startsAndAnswersItsProbes(String overlay, String name, String jar, int ready)
      throws IOException, InterruptedException {
    Objects objects =
        Manifests.read(Kustomize.build(Repository.folder().resolve("k8s/overlays/" + overlay)));
    Deployment deployment = objects.find(Deployment.class, name).orElseThrow();
    Container container = deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
    Path settings = Files.createDirectory(folder.resolve("config"));
    writeSecrets(deployment, Files.createDirectory(folder.resolve("secrets")));
    writeSettings(objects, deployment, settings);
    assertThat(port(settings, "/server/port")).isEqualTo(declared(container, "http", "site"));

    int site = FreePorts.next();
    int admin = FreePorts.next();
    boolean hasAdmin = declared(container, "admin") != 0;
    if (hasAdmin) {
      assertThat(port(settings, "/management.server/port")).isEqualTo(declared(container, "admin"));
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-jar",
                Repository.folder().resolve(jar).toString(),
                "--spring.config.additional-location=file:" + settings + "/",
                "--server.address=127.0.0.1",
                "--server.port=" + site));
    if (hasAdmin) {
      command.add("--management.server.port=" + admin);
    }
    if (name.equals("web-app")) {
      command.add("--mainstay.db.migrate.patience=1s");
    }
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    container
        .getEnv()
        .forEach(
            variable ->
                builder
                    .environment()
                    .put(
                        variable.getName(),
                        variable.getValue() == null ? name + "-7d9c-x2x" : variable.getValue()));
    Process service = builder.start();
    try {
      int port = hasAdmin ? admin : site;
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(200))
          .failFast(() -> assertThat(service.isAlive()).as("%s", Repository.text(log)).isTrue())
          .untilAsserted(
              () ->
                  assertThat(status(port, container.getStartupProbe().getHttpGet()))
                      .isEqualTo(200));
      assertThat(status(port, container.getLivenessProbe().getHttpGet())).isEqualTo(200);
      assertThat(status(port, container.getReadinessProbe().getHttpGet())).isEqualTo(ready);
    } finally {
      service.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
  }

  /** The file names are keys; a value is as good as any other. */
  private static void writeSecrets(Deployment deployment, Path secrets) throws IOException {
    for (Volume volume : deployment.getSpec().getTemplate().getSpec().getVolumes()) {
      if (volume.getSecret() != null) {
        for (var item : volume.getSecret().getItems()) {
          Files.writeString(secrets.resolve(item.getPath()), "abcdefghijklmnop");
        }
      }
    }
  }

  private void writeSettings(Objects objects, Deployment deployment, Path settings)
      throws IOException {
    for (Volume volume : deployment.getSpec().getTemplate().getSpec().getVolumes()) {
      if (volume.getConfigMap() != null) {
        ConfigMap map =
            objects.find(ConfigMap.class, volume.getConfigMap().getName()).orElseThrow();
        for (var file : map.getData().entrySet()) {
          Files.writeString(
              settings.resolve(file.getKey()),
              file.getValue().replace("/run/secrets/", folder.resolve("secrets") + "/"));
        }
      }
    }
  }

  private static int port(Path settings, String pointer) {
    JsonNode tree =
        Manifests.trees(Repository.text(settings.resolve("application.yml"))).getFirst();
    return tree.at(pointer).asInt();
  }

  private static int declared(Container container, String... names) {
    Predicate<String> wanted = List.of(names)::contains;
    return container.getPorts().stream()
        .filter(port -> wanted.test(port.getName()))
        .mapToInt(port -> port.getContainerPort())
        .findFirst()
        .orElse(0);
  }

  /** As a kubelet asks; 0 where nothing answers. */
  private static int status(int port, HTTPGetAction probe) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, probe.getPath())))
            .timeout(Duration.ofSeconds(5))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException nothingThere) {
      return 0;
    }
  }
}
