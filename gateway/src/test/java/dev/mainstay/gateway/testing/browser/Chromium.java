package dev.mainstay.gateway.testing.browser;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Chromium of this machine: named by {@code MAINSTAY_CHROMIUM}, or {@code chromium} on the
 * PATH; never one that is downloaded. Headless, with a profile that is new each time and gone
 * afterwards. Where there is none the test is skipped, or fails if {@code MAINSTAY_REQUIRE_BROWSER}
 * is true.
 */
public final class Chromium implements AutoCloseable {

  private static final List<String> QUIET =
      List.of(
          "--disable-gpu",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-default-apps",
          "--disable-sync",
          "--no-first-run",
          // What a name that is not this machine's leads to.
          "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost");

  private final Playwright playwright;
  private final Browser browser;

  private Chromium(Path program) {
    this.playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    this.browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(program)
                    .setHeadless(true)
                    .setArgs(QUIET));
  }

  public static Chromium start() {
    return new Chromium(
        program()
            .orElseGet(
                () -> {
                  String why =
                      "There is no chromium on the PATH, and MAINSTAY_CHROMIUM names no program.";
                  return Boolean.parseBoolean(System.getenv("MAINSTAY_REQUIRE_BROWSER"))
                      ? fail(why)
                      : abort(why);
                }));
  }

  private static Optional<Path> program() {
    String named = System.getenv("MAINSTAY_CHROMIUM");
    Stream<Path> places =
        named != null
            ? Stream.of(Path.of(named))
            : Arrays.stream(
                    Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "chromium"));
    return places.filter(Files::isExecutable).findFirst();
  }

  /** Somebody with a browser of their own: no cookie is shared. */
  public Visitor visitor(URI site, Screen screen) {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setBaseURL(site.toString())
                .setViewportSize(screen.width(), screen.height())
                .setColorScheme(screen.dark() ? ColorScheme.DARK : ColorScheme.LIGHT));
    return new Visitor(context, site);
  }

  /** What a visitor looks at. */
  public record Screen(int width, int height, boolean dark) {
    public static final Screen DESKTOP = new Screen(1280, 900, false);
    public static final Screen PHONE = new Screen(390, 844, false);

    public Screen inTheDark() {
      return new Screen(width, height, true);
    }
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
