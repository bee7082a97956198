package dev.mainstay.stack.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.AriaRole;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.gateway.testing.browser.Chromium;
import dev.mainstay.gateway.testing.browser.Chromium.Screen;
import dev.mainstay.gateway.testing.browser.Visitor;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** All scenarios on MySQL, and those of a browser, to which engines are all the same. */
class MysqlStackIT extends StackScenarios {

  private static final HasTextOptions WITHIN_TEN_SECONDS = new HasTextOptions().setTimeout(10_000);

  MysqlStackIT() {
    super(LocalEngine.MYSQL);
  }

  private static URI local(int port) {
    return URI.create("http://127.0.0.1:%d/".formatted(port));
  }

  @Test
  @Order(4)
  void noticePostedInABrowserIsThereOnEveryInstance() {
    try (Chromium chromium = Chromium.start();
        Visitor visitor = chromium.visitor(local(port), Screen.DESKTOP);
        Visitor onThePhone = chromium.visitor(local(port), Screen.PHONE)) {
      Page page = visitor.page();
      page.navigate("/");
      page.getByLabel("Title").fill("<b>Found</b>: a browser");
      page.getByLabel("Text").fill("It runs without a head.");
      page.getByLabel("Your name").fill("Ada");
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Post").setExact(true))
          .click();

      assertThat(page.locator("h1")).hasText("<b>Found</b>: a browser");
      visitor.findsItAccessible();
      for (int instance = 1; instance <= 3; instance++) {
        page.navigate(local(port + 20 + instance).toString());
        assertThat(page.locator(".notices")).containsText("<b>Found</b>: a browser");
        assertThat(page.locator("#served-by")).containsText("web-" + instance);
      }
      page.navigate("/");
      assertThat(page.locator("#served-by")).containsText("gw-1");
      visitor.findsItAccessible();
      visitor.keepsAPicture("board-1280");
      visitor.sawNothingWrong();

      onThePhone.page().navigate("/");
      onThePhone.scrollsOnlyDownwards();
      onThePhone.findsItAccessible();
      onThePhone.keepsAPicture("board-390");
      onThePhone.sawNothingWrong();
    }
  }

  @Test
  @Order(4)
  void dashboardShowsWhatStatusSaysAndChangesThePrimary() throws IOException, InterruptedException {
    URI link = URI.create(mainstay.run("link").succeeds().out().strip());
    try (Chromium chromium = Chromium.start();
        Visitor visitor = chromium.visitor(link.resolve("/"), Screen.DESKTOP);
        Visitor onThePhone = chromium.visitor(link.resolve("/"), Screen.PHONE.inTheDark());
        Site.Load load = site.load(1, 1)) {
      Page page = visitor.page();
      page.navigate(link.toString());
      assertThat(page.locator("#live")).hasText("Live");
      assertThat(page.locator(".node")).hasCount(3);
      JsonNode status = status();
      JsonNode topology = status.path("topology");
      for (JsonNode node : topology.path("nodes")) {
        assertThat(node(page, node.path("id").asString("")).locator("[data-is=role]"))
            .hasText(node.path("role").asString("").toLowerCase(Locale.ROOT));
      }
      for (JsonNode server : status.path("pools").path(0).path("servers")) {
        assertThat(page.getByLabel("Weight of " + server.path("id").asString("")))
            .hasValue(server.path("weight").asString(""));
      }
      assertThat(page.locator("#database-note")).containsText("epoch " + topology.path("epoch"));
      assertThat(page.locator("#controllers")).containsText("leads");

      String replica =
          topology
              .path("nodes")
              .valueStream()
              .filter(node -> node.path("role").asString("").equals("REPLICA"))
              .map(node -> node.path("id").asString(""))
              .findFirst()
              .orElseThrow();
      page.getByRole(
              AriaRole.BUTTON,
              new Page.GetByRoleOptions().setName("Make %s the primary".formatted(replica)))
          .click();
      page.locator("#ask-yes").click();

      assertThat(node(page, replica).locator("[data-is=role]"))
          .hasText("primary", WITHIN_TEN_SECONDS);
      assertThat(page.locator("#verdict")).hasText("All is well", WITHIN_TEN_SECONDS);
      assertThat(page.locator("#timeline")).containsText(replica);
      assertThat(page.locator("#notice")).isHidden();
      visitor.findsItAccessible();
      visitor.keepsAPicture("dashboard-of-a-stack");
      visitor.sawNothingWrong();
      onThePhone.page().navigate("/");
      assertThat(onThePhone.page().locator(".node")).hasCount(3);
      onThePhone.scrollsOnlyDownwards();
      onThePhone.keepsAPicture("dashboard-of-a-stack-390");
      onThePhone.sawNothingWrong();
      assertThat(load.end()).isEmpty();
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThat(status().path("topology").path("nodes").valueStream())
                      .filteredOn(node -> node.path("role").asString("").equals("PRIMARY"))
                      .extracting(node -> node.path("id").asString(""))
                      .containsExactly(replica));
    }
  }

  @Test
  @Order(4)
  void primaryIsKilledFromTheDashboardAndAnotherTakesThePosts()
      throws IOException, InterruptedException {
    URI link = URI.create(mainstay.run("link").succeeds().out().strip());
    try (Chromium chromium = Chromium.start();
        Visitor visitor = chromium.visitor(link.resolve("/"), Screen.DESKTOP)) {
      Page page = visitor.page();
      page.navigate(link.toString());
      Locator primary =
          page.locator(".node")
              .filter(
                  new Locator.FilterOptions()
                      .setHas(page.locator("[data-is=role][data-value=PRIMARY]")));
      assertThat(primary).hasCount(1);
      String killed = primary.locator("[data-is=id]").textContent();

      page.getByRole(AriaRole.GROUP, new Page.GetByRoleOptions().setName("Break " + killed))
          .getByText("kill")
          .click();

      assertThat(site.post(UUID.randomUUID(), "While the primary is dead").statusCode())
          .isEqualTo(201);
      assertThat(primary.locator("[data-is=id]"))
          .not()
          .hasText(killed, new HasTextOptions().setTimeout(30_000));
      assertThat(page.locator("#notice")).isHidden();
      assertThat(node(page, killed).locator("[data-is=role]"))
          .hasText("replica", new HasTextOptions().setTimeout(60_000));
      assertThat(page.locator("#verdict"))
          .hasText("All is well", new HasTextOptions().setTimeout(30_000));
      visitor.findsItAccessible();
      visitor.sawNothingWrong();
    }
  }

  private static Locator node(Page page, String id) {
    return page.locator(".node")
        .filter(
            new Locator.FilterOptions()
                .setHas(
                    page.getByRole(
                        AriaRole.HEADING, new Page.GetByRoleOptions().setName(id).setExact(true))));
  }
}
