package dev.mainstay.stack.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContainerTest {

  private static final String SERVICES = "secrets\ndb-1\ndb-3\nweb-app\n";

  private static final String LISTED =
      """
      {"ID":"aaa","Name":"mainstay-web-app-2","Service":"web-app","State":"running","Health":"starting"}
      {"ID":"bbb","Name":"mainstay-db-1-1","Service":"db-1","State":"running","Health":"healthy"}
      {"ID":"ccc","Name":"mainstay-secrets-1","Service":"secrets","State":"exited","Health":""}
      {"ID":"ddd","Name":"mainstay-web-app-1","Service":"web-app","State":"exited","Health":""}
      """;

  private static final String MEASURED =
      """
      {"ID":"bbb","MemUsage":"187.5MiB / 448MiB"}
      """;

  @Test
  void containersBearTheNamesOfProcessesAndWhatIsMissingIsNamed() {
    List<Container> all = Container.all(SERVICES, LISTED, MEASURED);

    assertThat(all)
        .extracting(one -> one.name() + " " + one.state())
        .containsExactly("db-1 running", "db-3 absent", "web-1 exited", "web-2 starting");
    assertThat(all.getFirst().memory()).isEqualTo(187L * 1024 * 1024 + 512 * 1024);
    assertThat(all.get(1).id()).isNull();
  }

  @Test
  void memoryIsReadInEachUnit() {
    assertThat(Container.bytes("512B / 1GiB")).hasValue(512);
    assertThat(Container.bytes("2KiB / 1GiB")).hasValue(2048);
    assertThat(Container.bytes("1.5GiB / 2GiB")).hasValue(3L << 29);
    assertThat(Container.bytes("-- / --")).isEmpty();
  }

  @Test
  void thePortsOfAGatewayThatIsDownAreThoseOfTheFile() {
    String config =
        """
        {"services":{"gw-1":{"ports":[
          {"host_ip":"127.0.0.1","target":9090,"published":"9190"},
          {"target":8080,"published":"8180"}]}}}
        """;

    Name gateway = new Name(Role.GATEWAY, 1);
    assertThat(Containers.published(config, gateway, 8080)).isEqualTo(8180);
    assertThat(Containers.published(config, gateway, 9090)).isEqualTo(9190);
  }
}
