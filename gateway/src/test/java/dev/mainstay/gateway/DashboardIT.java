package dev.mainstay.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.ScriptedController;
import dev.mainstay.gateway.testing.browser.Chromium;
import dev.mainstay.gateway.testing.browser.Chromium.Screen;
import dev.mainstay.gateway.testing.browser.Visitor;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard of a real gateway, in a real browser. */
class DashboardIT {

  private static final String TOPOLOGY =
      """
      {"controller":"rt-1","cluster":"c","engine":"MYSQL","epoch":7,"primary":"db-1","leader":"rt-1","nodes":[
        {"id":"db-1","role":"PRIMARY","writable":true,"lagMillis":null,"gtid":"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-4711","port":3311,"host":"127.0.0.1","why":"in office"},
        {"id":"db-2","role":"REPLICA","writable":false,"lagMillis":40,"gtid":"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-4711","port":3312,"host":"127.0.0.1","why":"follows db-1"},
        {"id":"db-3","role":"UNREACHABLE","writable":false,"lagMillis":null,"gtid":null,"port":3313,"host":"127.0.0.1","why":"<b onclick=alert(1)>refused</b>"}]}
      """;

  private static final ScriptedController CONTROLLER =
      ScriptedController.start("rt-1").topology(TOPOLOGY);
  private static final Rig RIG = new Rig().pool("web", 100, 100);

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private static Chromium chromium;

  @BeforeAll
  static void start() throws Exception {
    chromium = Chromium.start();
    // The same after a restart.
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RIG.set("management.server.port", free.getLocalPort());
    }
    RIG.set("mainstay.gateway.stack.controllers", CONTROLLER.uri())
        // Who is made ready again has its whole share at once.
        .set("mainstay.gateway.pools.web.slow-start", "0s")
        .set("mainstay.gateway.stack.token", "the-controllers-own")
        .start();
    await().until(() -> RIG.fact("web", "B", "health").equals("UP"));
  }

  @AfterAll
  @SuppressWarnings("NullAway") // Null where there is no browser.
  static void stop() {
    if (chromium != null) {
      chromium.close();
    }
    RIG.close();
    CONTROLLER.close();
  }

  /** Somebody without the token. */
  private static Visitor stranger(Screen screen) {
    Visitor visitor = chromium.visitor(RIG.admin("/"), screen);
    visitor.page().navigate("/");
    assertThat(visitor.page().locator("#live")).hasText("Live");
    return visitor;
  }

  /** Somebody who came by a link with a code. */
  private static Visitor operator() {
    String code =
        JsonMapper.shared()
            .readTree(RIG.admin("POST", "/api/codes", "").body())
            .get("code")
            .asString();
    Visitor visitor = chromium.visitor(RIG.admin("/"), Screen.DESKTOP);
    visitor.page().navigate("/?code=" + code);
    assertThat(visitor.page().locator("#live")).hasText("Live");
    assertThat(visitor.page().locator("#access")).isHidden();
    return visitor;
  }

  private static Locator row(Page page, String server) {
    return page.locator("tbody tr")
        .filter(new Locator.FilterOptions().setHas(page.getByLabel("Weight of " + server)));
  }

  private static Locator button(Locator in, String name) {
    return in.getByRole(
        AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator share(Page page, String server) {
    return row(page, server).locator("[data-is=share]");
  }

  @Test
  void theWholeStackIsDrawn() {
    try (Visitor visitor = stranger(Screen.DESKTOP)) {
      Page page = visitor.page();
      RIG.servers("/web/x", 60);

      assertThat(page.locator("#gateway")).hasText("gw-1");
      assertThat(page.locator("#verdict")).hasText("db-3 is unreachable");
      assertThat(page.locator("#picture .box .name").getByText("db-1")).isVisible();
      assertThat(page.locator("#picture svg"))
          .hasAttribute(
              "aria-label",
              Pattern.compile(
                  "server A takes 50 % and is ready.*node db-2 is replica with a lag of 40 ms.*controller rt-1 leads"));
      assertThat(page.locator("#controllers")).hasText("rt-1 leads");
      await()
          .untilAsserted(
              () -> {
                // A rate is of the last second.
                RIG.servers("/web/x", 30);
                assertThat(row(page, "A").locator("[data-is=rate]"))
                    .not()
                    .hasText("0", new LocatorAssertions.HasTextOptions().setTimeout(1_500));
              });
      assertThat(page.locator("#tiles")).containsText("7");
      assertThat(page.locator(".chart .series.one").first())
          .hasAttribute("d", Pattern.compile("M.+"));
      visitor.sawNothingWrong();
    }
  }

  @Test
  void itIsUsableByAllAndOnEveryScreen() {
    RIG.servers("/web/x", 60);
    for (Screen screen :
        List.of(
            Screen.DESKTOP, Screen.DESKTOP.inTheDark(), Screen.PHONE, Screen.PHONE.inTheDark())) {
      try (Visitor visitor = stranger(screen)) {
        assertThat(visitor.page().locator(".node")).hasCount(3);
        // Colours differ by the light, places by the width: two of the four have it all.
        if (screen.equals(Screen.DESKTOP) || screen.equals(Screen.PHONE.inTheDark())) {
          visitor.findsItAccessible();
        }
        visitor.scrollsOnlyDownwards();
        visitor.keepsAPicture(
            "dashboard-%d-%s".formatted(screen.width(), screen.dark() ? "dark" : "light"));
        visitor.sawNothingWrong();
      }
    }
  }

  @Test
  void aStrangerMayLookButNotChangeAndIsToldSo() {
    try (Visitor visitor = stranger(Screen.DESKTOP)) {
      Page page = visitor.page();

      assertThat(page.locator("#access")).containsText("You can look but not change");
      assertThat(page.getByLabel("Weight of A")).isDisabled();
      assertThat(button(row(page, "A"), "drain")).isDisabled();
      assertThat(button(page.locator("#pools"), "active-passive")).isDisabled();
      assertThat(button(page.locator("#nodes"), "Make db-2 the primary")).isDisabled();
      assertThat(
              page.evaluate(
                  "async () => (await fetch('/api/pools/web/servers/A', { method: 'PATCH', body: '{\"weight\": 1}' })).status"))
          .isEqualTo(401);
      assertThat(RIG.fact("web", "A", "weight")).isEqualTo("100");
    }
  }

  @Test
  void aWeightIsMovedAndTheSharesFollow() {
    try (Visitor visitor = operator()) {
      Page page = visitor.page();
      Locator weight = page.getByLabel("Weight of A");
      weight.fill("50");
      weight.dispatchEvent("change");

      assertThat(share(page, "A")).hasText("33.3 %");
      assertThat(share(page, "B")).hasText("66.7 %");
      assertThat(Rig.counts(RIG.servers("/web/x", 30))).isEqualTo(Map.of("A", 10, "B", 20));

      // By keyboard alone.
      weight.focus();
      page.keyboard().press("ArrowRight");
      assertThat(row(page, "A").locator("[data-is=weightText]")).hasText("51");
      await().until(() -> RIG.fact("web", "A", "weight").equals("51"));
      visitor.sawNothingWrong();
    } finally {
      RIG.change("web", "A", "{\"weight\":100}");
    }
  }

  @Test
  void aServerIsDrainedAndMadeReadyAgain() {
    try (Visitor visitor = operator();
        Visitor watcher = stranger(Screen.DESKTOP)) {
      Page page = visitor.page();
      button(row(page, "B"), "drain").click();

      assertThat(button(row(page, "B"), "drain")).hasAttribute("aria-pressed", "true");
      assertThat(share(page, "B")).hasText("0 %");
      assertThat(page.locator("#timeline")).containsText("state READY → DRAIN");
      assertThat(share(watcher.page(), "B")).hasText("0 %");
      assertThat(RIG.servers("/web/x", 6)).isEqualTo("AAAAAA");

      button(row(page, "B"), "ready").click();
      assertThat(share(page, "B")).hasText("50 %");
      visitor.sawNothingWrong();
    } finally {
      RIG.change("web", "B", "{\"state\":\"READY\"}");
    }
  }

  @Test
  void theModeIsSwitched() {
    try (Visitor visitor = operator()) {
      Page page = visitor.page();
      button(page.locator("#pools"), "active-passive").click();

      assertThat(share(page, "A")).hasText("100 %");
      assertThat(RIG.servers("/web/x", 4)).isEqualTo("AAAA");

      button(page.locator("#pools"), "active-active").click();
      assertThat(share(page, "A")).hasText("50 %");
      visitor.sawNothingWrong();
    }
  }

  @Test
  void aReplicaIsMadePrimaryOnceItIsConfirmed() {
    CONTROLLER.orders(409, "{\"detail\":\"db-2 is too far behind\"}");
    try (Visitor visitor = operator()) {
      Page page = visitor.page();
      int before = CONTROLLER.orders().size();
      Locator promote = button(page.locator("#nodes"), "Make db-2 the primary");
      promote.click();
      button(page.locator("#ask"), "Cancel").click();
      promote.click();
      page.locator("#ask-yes").click();

      assertThat(page.locator("#notice")).hasText("db-2 is too far behind");
      assertThat(CONTROLLER.orders()).hasSize(before + 1);
      assertThat(CONTROLLER.orders().getLast().header("Authorization"))
          .isEqualTo("Bearer the-controllers-own");
    }
  }

  @Test
  void htmlInWhatIsToldNeverBecomesMarkup() {
    try (Visitor visitor = stranger(Screen.DESKTOP)) {
      Page page = visitor.page();
      CONTROLLER.tell(
          "{\"at\":\"%s\",\"by\":\"rt-1\",\"kind\":\"LOST\",\"node\":\"<i>db</i>\",\"text\":\"<img src=/x onerror=alert(1)>\",\"millis\":1500}"
              .formatted(Instant.now()));

      Locator entry =
          page.locator(".entry").filter(new Locator.FilterOptions().setHasText("<img src=/x"));
      assertThat(entry).hasCount(1);
      assertThat(entry).containsText("1.5 s");
      assertThat(page.locator(".entry img, .entry i, .node b")).hasCount(0);
      assertThat(page.locator(".node").last()).containsText("<b onclick=alert(1)>refused</b>");
      visitor.sawNothingWrong();
    }
  }

  @Test
  void aBurstOfEventsIsKeptWithinBounds() {
    try (Visitor visitor = stranger(Screen.DESKTOP)) {
      for (int i = 0; i < 600; i++) {
        CONTROLLER.tell(
            "{\"at\":\"%s\",\"by\":\"rt-1\",\"kind\":\"STEP\",\"text\":\"step %d\"}"
                .formatted(Instant.now(), i));
      }

      Page page = visitor.page();
      assertThat(
              page.locator(".entry p")
                  .getByText("step 599", new Locator.GetByTextOptions().setExact(true)))
          .isVisible();
      assertThat(page.locator(".entry").count()).isLessThanOrEqualTo(200);
      visitor.sawNothingWrong();
    }
  }

  @Test
  void aLostStreamIsToldAndComesBack() {
    try (Visitor visitor = stranger(Screen.DESKTOP)) {
      Page page = visitor.page();
      RIG.context().close();

      assertThat(page.locator("#live")).hasText("Reconnecting…");
      assertThat(page.locator("#lost")).containsText("What you see is from");
      visitor.forgive();

      RIG.start();
      assertThat(page.locator("#live")).hasText("Live");
      assertThat(page.locator("#lost")).isHidden();
      visitor.forgive();
      assertThat(share(page, "A")).hasText("50 %");
      visitor.sawNothingWrong();
    }
  }

  @Test
  void theThemeIsChosenAndKept() {
    try (Visitor visitor = stranger(Screen.DESKTOP)) {
      Page page = visitor.page();
      page.locator("#theme").click();
      page.locator("#theme").click();
      assertThat(page.locator("#theme")).hasText("Theme: dark");

      page.reload();

      assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
    }
  }

  @Test
  void theTourChangesWhatItSays() {
    try (Visitor visitor = operator();
        Visitor looker = stranger(Screen.PHONE)) {
      Page page = visitor.page();
      page.navigate("/tour");
      Locator shares = page.locator("[data-look=shares]").first();

      button(page.locator("main"), "Give the first server 20").click();
      assertThat(shares).containsText("A: weight 20, 16.7 %");
      button(page.locator("main"), "Back to 100 each").click();
      assertThat(shares).containsText("A: weight 100, 50 %");
      button(page.locator("main"), "Switch to active-passive").click();
      assertThat(page.locator("[data-look=mode]").first())
          .hasText("active-passive now: A 100 %, B 0 %");
      button(page.locator("main"), "Back to active-active").click();
      assertThat(page.locator("[data-look=mode]").first())
          .hasText("active-active now: A 50 %, B 50 %");
      assertThat(page.locator("[data-look=takeover]"))
          .hasText("Epoch 7; db-1 is primary, rt-1 leads");
      assertThat(page.locator("[data-look=kill]")).hasText("./mainstay kill db-1");
      visitor.findsItAccessible();
      visitor.keepsAPicture("tour-1280");
      visitor.sawNothingWrong();

      looker.page().navigate("/tour");
      assertThat(looker.page().locator("#access")).containsText("You can look but not change");
      assertThat(looker.page().locator("[data-act]:enabled")).hasCount(0);
      looker.scrollsOnlyDownwards();
      looker.sawNothingWrong();
    }
  }
}
