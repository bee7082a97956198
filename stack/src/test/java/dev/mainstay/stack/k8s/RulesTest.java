package dev.mainstay.stack.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every rule sees what breaks it, and no other rule minds. A broken fixture is {@code good.yaml}
 * with one thing changed.
 */
class RulesTest {

  private static final String POD = "StatefulSet/site/spec/template/spec";
  private static final String CONTAINER = POD + "/containers/0";

  /**
   * One change to the good stack.
   *
   * @param place KIND/NAME and the way from there to what is changed
   * @param value the new value as YAML; empty to remove it
   * @param complaint a part of what the rule then says
   */
  record Broken(Rule rule, String place, String value, String complaint) {

    Objects objects() {
      List<JsonNode> trees = good();
      String[] steps = place.split("/");
      JsonNode parent =
          trees.stream()
              .filter(tree -> tree.path("kind").asText().equals(steps[0]))
              .filter(tree -> tree.at("/metadata/name").asText().equals(steps[1]))
              .findFirst()
              .orElseThrow();
      for (String step : Arrays.copyOfRange(steps, 2, steps.length - 1)) {
        parent =
            parent instanceof ArrayNode array
                ? array.required(Integer.parseInt(step))
                : parent.required(step.replace("~1", "/"));
      }
      change(parent, steps[steps.length - 1]);
      return Manifests.read(trees);
    }

    private void change(JsonNode parent, String last) {
      if (parent instanceof ArrayNode array) {
        int at = Integer.parseInt(last);
        if (value.isEmpty()) {
          array.remove(at);
        } else if (at == array.size()) {
          array.add(yaml(value));
        } else {
          array.set(at, yaml(value));
        }
      } else if (value.isEmpty()) {
        assertThat(((ObjectNode) parent).remove(last)).as(place).isNotNull();
      } else {
        ((ObjectNode) parent).set(last, yaml(value));
      }
    }

    @Override
    public String toString() {
      return "%s: %s %s".formatted(rule, place, value.isEmpty() ? "removed" : "is " + value);
    }
  }

  static Stream<Broken> broken() {
    return Stream.of(
        broken(Rule.LIMITS, CONTAINER + "/resources", "", "no limit of cpu"),
        broken(Rule.LIMITS, CONTAINER + "/resources/limits/memory", "", "no limit of memory"),
        broken(Rule.LIMITS, CONTAINER + "/resources/requests/cpu", "", "no request of cpu"),
        broken(Rule.LIMITS, CONTAINER + "/resources/requests/memory", "1Gi", "more memory than"),
        broken(
            Rule.LIMITS,
            POD + "/initContainers",
            "[{name: first, image: 'busybox:1', securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}}]",
            "container first has no limit"),
        broken(Rule.PROBES, CONTAINER + "/startupProbe", "", "no startup probe"),
        broken(Rule.PROBES, CONTAINER + "/readinessProbe", "", "no readiness probe"),
        broken(Rule.PROBES, CONTAINER + "/livenessProbe", "", "no liveness probe"),
        broken(Rule.PROBES, CONTAINER + "/startupProbe/httpGet/port", "admin", "port admin"),
        broken(Rule.PROBES, CONTAINER + "/readinessProbe/tcpSocket/port", "81", "port 81"),
        broken(
            Rule.PROBES,
            CONTAINER + "/livenessProbe",
            "{httpGet: {path: /actuator/health/readiness, port: http}}",
            "is restarted when /actuator/health/readiness fails"),
        broken(Rule.RESTRICTED, POD + "/securityContext", "", "may run as root"),
        broken(Rule.RESTRICTED, POD + "/securityContext/runAsUser", "", "names no user"),
        broken(Rule.RESTRICTED, POD + "/securityContext/seccompProfile", "", "seccomp"),
        broken(Rule.RESTRICTED, POD + "/automountServiceAccountToken", "", "token"),
        broken(Rule.RESTRICTED, POD + "/hostNetwork", "true", "its machine's own"),
        broken(
            Rule.RESTRICTED,
            POD + "/volumes/2",
            "{name: host, hostPath: {path: /}}",
            "its machine's own"),
        broken(
            Rule.RESTRICTED,
            CONTAINER + "/securityContext/allowPrivilegeEscalation",
            "",
            "gain privileges"),
        broken(
            Rule.RESTRICTED,
            CONTAINER + "/securityContext/readOnlyRootFilesystem",
            "false",
            "write to its image"),
        broken(Rule.RESTRICTED, CONTAINER + "/securityContext/capabilities", "", "capabilities"),
        broken(
            Rule.RESTRICTED,
            CONTAINER + "/securityContext/capabilities/add",
            "[NET_ADMIN]",
            "capabilities"),
        broken(Rule.RESTRICTED, CONTAINER + "/securityContext/runAsUser", "0", "runs as root"),
        broken(
            Rule.RESTRICTED,
            CONTAINER + "/securityContext/seccompProfile",
            "{type: Unconfined}",
            "another seccomp profile"),
        broken(
            Rule.RESTRICTED,
            CONTAINER + "/ports/1",
            "{containerPort: 1, hostPort: 1}",
            "port of its machine"),
        broken(
            Rule.SELECTORS,
            "StatefulSet/site/spec/selector/matchLabels/app",
            "other",
            "its own pods"),
        broken(Rule.SELECTORS, "Service/site/spec/selector/app", "other", "Service site selects"),
        broken(
            Rule.SELECTORS,
            "PodDisruptionBudget/site/spec/selector/matchLabels/app",
            "other",
            "PodDisruptionBudget site selects no pod"),
        broken(
            Rule.SELECTORS,
            "NetworkPolicy/site/spec/egress/0/to/0/podSelector/matchLabels/app",
            "other",
            "NetworkPolicy site selects no pod"),
        broken(
            Rule.SELECTORS,
            POD + "/topologySpreadConstraints/0/labelSelector/matchLabels/app",
            "other",
            "labels that its pods lack"),
        broken(
            Rule.SELECTORS,
            POD
                + "/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/labelSelector/matchLabels/app",
            "other",
            "labels that its pods lack"),
        broken(
            Rule.SELECTORS,
            POD
                + "/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/podAffinityTerm/labelSelector/matchLabels/app",
            "other",
            "labels that its pods lack"),
        broken(Rule.PORTS, "Service/site/spec/ports/0/targetPort", "admin", "port admin"),
        broken(Rule.PORTS, "Service/site/spec/ports/0/targetPort", "", "port 80"),
        broken(Rule.PORTS, "NetworkPolicy/site/spec/ingress/0/ports/0/port", "81", "port 81"),
        broken(Rule.PORTS, "NetworkPolicy/site/spec/egress/0/ports/0/port", "x", "port x"),
        broken(
            Rule.PORTS,
            "Ingress/site/spec/rules/0/http/paths/0/backend/service/port/name",
            "admin",
            "with that port"),
        broken(
            Rule.PORTS,
            "Ingress/site/spec/rules/0/http/paths/0/backend/service/name",
            "other",
            "Service other"),
        broken(Rule.REFERENCES, POD + "/volumes/0/configMap/name", "settings", "which is not here"),
        broken(
            Rule.REFERENCES, POD + "/volumes/0/configMap/items/0/key", "x.yml", "mounts key x.yml"),
        broken(Rule.REFERENCES, CONTAINER + "/volumeMounts/0/name", "x", "which is no volume"),
        broken(Rule.REFERENCES, "StatefulSet/site/spec/serviceName", "x", "no headless Service"),
        broken(Rule.REFERENCES, "Service/site/spec/clusterIP", "", "no headless Service"),
        broken(
            Rule.REFERENCES,
            "HorizontalPodAutoscaler/site/spec/scaleTargetRef/kind",
            "Deployment",
            "scales Deployment site"),
        broken(Rule.REFERENCES, "StatefulSet/site/spec/replicas", "2", "how many replicas"),
        broken(
            Rule.SECRETS, POD + "/volumes/1/secret/items/0/key", "x", "key x of Secret mainstay"),
        broken(
            Rule.SECRETS,
            POD + "/volumes/1/secret/secretName",
            "x",
            "key app-password of Secret x"),
        broken(Rule.SECRETS, POD + "/volumes/1/secret/items", "", "all of Secret mainstay"),
        broken(Rule.SECRETS, CONTAINER + "/env/1/valueFrom/secretKeyRef/key", "x", "key x"),
        broken(
            Rule.SECRETS,
            POD + "/volumes/2",
            "{name: x, projected: {sources: [{secret: {name: x}}]}}",
            "projected"),
        broken(Rule.SECRETS, CONTAINER + "/envFrom", "[{secretRef: {name: x}}]", "wholesale"),
        broken(
            Rule.IMAGES, CONTAINER + "/image", "mainstay/site:0.0.9", "image mainstay/site:0.0.9"),
        broken(Rule.IMAGES, CONTAINER + "/image", "registry:5000/mainstay/site", "expected: tag"),
        broken(Rule.IMAGES, CONTAINER + "/image", "mysql", "expected: a version"),
        broken(Rule.IMAGES, CONTAINER + "/image", "mysql:latest", "expected: a version"),
        broken(Rule.POLICED, "NetworkPolicy/nothing/spec/policyTypes/1", "", "denies everything"),
        broken(Rule.POLICED, "NetworkPolicy/nothing/spec/ingress", "[{}]", "denies everything"),
        broken(
            Rule.POLICED,
            "NetworkPolicy/site/spec/podSelector",
            "{}",
            "no NetworkPolicy names the pods of StatefulSet site"),
        broken(
            Rule.NO_SECRET_VALUES,
            "ConfigMap/settings-abcdefghij/data/application.yml",
            "'db.password: hunter2'",
            "holds a secret"),
        broken(
            Rule.NO_SECRET_VALUES,
            "ConfigMap/settings-abcdefghij/data/application.yml",
            "'admin: { token: \"hunter2\" }'",
            "holds a secret"),
        broken(
            Rule.NO_SECRET_VALUES,
            CONTAINER + "/env/1",
            "{name: ADMIN_TOKEN, value: hunter2}",
            "the value of ADMIN_TOKEN"),
        broken(
            Rule.NO_SECRET_VALUES,
            CONTAINER + "/env/1",
            "{name: JAVA_TOOL_OPTIONS, value: -Xmx64m -Ddb.password=hunter2}",
            "the value of JAVA_TOOL_OPTIONS"),
        broken(
            Rule.NO_SECRET_VALUES,
            CONTAINER + "/args",
            "[--admin.token=hunter2]",
            "is told a secret: --admin.token=hunter2"),
        broken(
            Rule.NO_SECRET_VALUES,
            CONTAINER + "/command",
            "[site, --password, hunter2]",
            "is told a secret: --password=hunter2"),
        broken(
            Rule.NO_SECRET_VALUES,
            CONTAINER + "/command",
            "[bash, -c, \"cd /\\nTOKEN='hunter2' exec site\"]",
            "is told a secret: TOKEN='hunter2'"),
        broken(
            Rule.NO_SECRET_VALUES,
            CONTAINER + "/livenessProbe/exec/command",
            "[ping, --password=hunter2]",
            "is told a secret"),
        broken(
            Rule.NO_SECRET_VALUES,
            "StatefulSet/site/metadata/annotations",
            "{example.org/password: hunter2}",
            "StatefulSet site holds a secret: example.org/password: hunter2"),
        broken(
            Rule.NO_SECRET_VALUES,
            "StatefulSet/site/spec/template/metadata/annotations",
            "{example.org/settings: '{\"token\": \"hunter2\"}'}",
            "StatefulSet site's pod holds a secret"),
        broken(
            Rule.NO_SECRET_VALUES,
            "ConfigMap/settings-abcdefghij/data/run.sh",
            "'password=hunter2'",
            "holds a secret"),
        broken(
            Rule.NO_SECRET_VALUES,
            "ConfigMap/settings-abcdefghij/data/run",
            "\"#!/bin/bash\\nmysql <<< \\\"CREATE USER x IDENTIFIED BY 'hunter2'\\\"\"",
            "holds a secret"),
        broken(
            Rule.NO_SECRET_VALUES,
            "ConfigMap/settings-abcdefghij/data/db-password",
            "hunter2",
            "holds a secret: db-password: hunter2"),
        broken(
            Rule.NO_SECRET_VALUES,
            "ConfigMap/settings-abcdefghij/data/settings",
            "\"cache: 1\\ntoken: hunter2\"",
            "holds a secret: token: hunter2"),
        broken(
            Rule.NO_SECRET_VALUES,
            "ConfigMap/settings-abcdefghij/binaryData",
            "{store: aHVudGVyMg==}",
            "binary data"),
        broken(Rule.GRACE, POD + "/terminationGracePeriodSeconds", "15", "15 s to end"),
        broken(Rule.GRACE, POD + "/terminationGracePeriodSeconds", "", "null s to end"));
  }

  private static Broken broken(Rule rule, String place, String value, String complaint) {
    return new Broken(rule, place, value, complaint);
  }

  private static List<JsonNode> good() {
    try (InputStream resource = RulesTest.class.getResourceAsStream("good.yaml")) {
      if (resource == null) {
        throw new IllegalStateException("good.yaml is missing");
      }
      return Manifests.trees(
          new String(resource.readAllBytes(), StandardCharsets.UTF_8)
              .replace("VERSION", Repository.version()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode yaml(String value) {
    try {
      return new YAMLMapper().readTree(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theGoodStackKeeps(Rule rule) {
    assertThat(rule.breaches(Manifests.read(good()))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource
  void broken(Broken broken) {
    Objects objects = broken.objects();

    assertThat(broken.rule().breaches(objects))
        .isNotEmpty()
        .anyMatch(said -> said.contains(broken.complaint()));
    assertThat(Rule.values())
        .filteredOn(rule -> rule != broken.rule())
        .allSatisfy(rule -> assertThat(rule.breaches(objects)).as("%s", rule).isEmpty());
  }

  @ParameterizedTest
  @EnumSource
  void hasAFixtureThatBreaksIt(Rule rule) {
    assertThat(broken()).anyMatch(broken -> broken.rule() == rule);
  }

  @Test
  void aSecretAmongTheManifestsIsABreach() {
    Objects secret =
        Manifests.read(
            """
            apiVersion: v1
            kind: Secret
            metadata:
              name: mainstay
            """);

    assertThat(Rule.NO_SECRET_VALUES.breaches(secret))
        .containsExactly("Secret mainstay is a manifest");
  }

  @Test
  void anUnknownFieldIsRefused() {
    assertThatThrownBy(
            () ->
                Manifests.read(
                    """
                    apiVersion: v1
                    kind: Service
                    metadata:
                      name: site
                    spec:
                      ports:
                        - { port: 80, targetport: http }
                    """))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("v1/Service site")
        .hasMessageContaining("targetport");
  }

  @Test
  void anUnknownFieldAtTheTopIsRefused() {
    assertThatThrownBy(
            () ->
                Manifests.read("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, datum: {}}"))
        .hasMessageContaining("datum");
  }

  @Test
  void anUnknownKindIsRefused() {
    assertThatThrownBy(() -> Manifests.read("{apiVersion: v1, kind: Deployment}"))
        .hasMessageContaining("v1/Deployment");
  }

  @Test
  void aNumberWhereTextBelongsIsRefused() {
    assertThatThrownBy(
            () ->
                Manifests.read(
                    "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {port: 80}}"))
        .hasMessageContaining("String");
  }

  @Test
  void textWhereANumberBelongsIsRefused() {
    assertThatThrownBy(
            () ->
                Manifests.read(
                    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: x}, spec: {replicas: '2'}}"))
        .hasMessageContaining("Integer");
  }

  @Test
  void aKeyThatStandsTwiceIsRefused() {
    assertThatThrownBy(() -> Manifests.trees("kind: A\nkind: B\n"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("Duplicate");
  }
}
