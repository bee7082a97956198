package dev.mainstay.gateway.testing.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** One who looks at a page, and notes what goes wrong on it. */
public final class Visitor implements AutoCloseable {

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final Set<String> SERIOUS = Set.of("serious", "critical");

  private final BrowserContext context;
  private final Page page;
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final List<String> strangers = new CopyOnWriteArrayList<>();

  Visitor(BrowserContext context, URI site) {
    this.context = context;
    this.page = context.newPage();
    page.onPageError(errors::add);
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error")) {
            errors.add(message.text());
          }
        });
    page.onRequest(
        request -> {
          URI asked = URI.create(request.url());
          if (asked.getHost() != null && !asked.getHost().equals(site.getHost())) {
            strangers.add(request.url());
          }
        });
  }

  public Page page() {
    return page;
  }

  /** No script failed, no policy was violated, nobody else was asked. */
  public void sawNothingWrong() {
    assertThat(errors).as("errors on %s", page.url()).isEmpty();
    assertThat(strangers).as("requests to other hosts from %s", page.url()).isEmpty();
  }

  /** What was noted so far is known: it was meant to go wrong. */
  public void forgive() {
    errors.clear();
  }

  /** Everybody can use the page, as far as axe can tell. */
  public void findsItAccessible() {
    assertThat(
            new AxeBuilder(page)
                .analyze().getViolations().stream()
                    .filter(rule -> SERIOUS.contains(String.valueOf(rule.getImpact())))
                    .flatMap(
                        rule ->
                            rule.getNodes().stream()
                                .map(
                                    node ->
                                        "%s: %s (%s)"
                                            .formatted(
                                                rule.getId(), node.getHtml(), rule.getHelp()))))
        .as("what axe finds serious on %s", page.url())
        .isEmpty();
  }

  /** The page must not be wider than the screen. */
  public void scrollsOnlyDownwards() {
    assertThat(
            page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
        .as("pixels by which %s is too wide", page.url())
        .isEqualTo(0);
  }

  /** Kept as output of the tests: {@code target/screenshots/NAME.png}. */
  public void keepsAPicture(String name) {
    page.evaluate("scrollTo(0, 0)"); // What sticks to the top of the screen would stand anywhere.
    page.screenshot(
        new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")).setFullPage(true));
  }

  @Override
  public void close() {
    context.close();
  }
}
