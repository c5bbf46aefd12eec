package io.tallyline.ops.console;

import io.tallyline.ops.security.AccessRole;
import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.TimeoutException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Debian's Chromium in front of a hub's console, or of its desk. */
public final class ConsoleBrowser implements AutoCloseable {
  private static final File CHROMIUM = new File("/usr/bin/chromium");
  private static final File DRIVER = new File("/usr/bin/chromedriver");
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final Duration LONGEST = Duration.ofSeconds(120);
  private static final Duration TREE_SHOWN = Duration.ofSeconds(45);
  private static final int LOADS = 3;
  private static final String TREE = "//button[contains(@class,'tree-view__node-text')]";
  private static final By ROUTES = By.xpath(TREE + "[normalize-space()='routes']");

  private final TestHub hub;
  private final ChromeDriver chrome;

  public ConsoleBrowser(TestHub hub) {
    this.hub = hub;
    if (!CHROMIUM.canExecute() || !DRIVER.canExecute()) {
      throw new IllegalStateException(
          "Chromium is missing: run src/test/scripts/install-chromium.sh");
    }
    var options = new ChromeOptions();
    options.setBinary(CHROMIUM);
    // Root has no sandbox; only the hub's own pages are opened.
    options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage");
    options.addArguments("--disable-gpu", "--no-proxy-server", "--lang=en", "--hide-scrollbars");
    this.chrome =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER)
                .usingAnyFreePort()
                .build(),
            options);
    chrome.manage().timeouts().pageLoadTimeout(LONGEST).scriptTimeout(LONGEST);
    size(1280, 900);
  }

  public void size(int width, int height) {
    chrome.manage().window().setSize(new Dimension(width, height));
  }

  public void open(String path) {
    chrome.get(hub.uri(path).toString());
  }

  /** Address of the page, as {@link #openUrl} takes it. */
  public String url() {
    return chrome.getCurrentUrl();
  }

  public void openUrl(String url) {
    chrome.get(url);
  }

  /** By how many pixels the page is wider than what is seen of it. */
  public long overflow() {
    Object pixels =
        chrome.executeScript(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    return ((Number) pixels).longValue();
  }

  public String path() {
    return java.net.URI.create(chrome.getCurrentUrl()).getPath();
  }

  public void signIn(AccessRole role) {
    signIn(TestUsers.user(role), TestUsers.password(role));
  }

  void signIn(String user, String password) {
    open("/login");
    one(By.id("username")).sendKeys(user);
    one(By.id("password")).sendKeys(password);
    WebElement submit = one(By.cssSelector("button[type=submit]"));
    submit.click();
    // The click may return before the form is sent; a page opened meanwhile would cancel it.
    waiting().until(ExpectedConditions.stalenessOf(submit));
  }

  public void signOut() {
    chrome.manage().deleteAllCookies();
  }

  /** The first such element, as soon as it is there. */
  public WebElement one(By by) {
    return waiting().until(whileLoading(ExpectedConditions.visibilityOfElementLocated(by)));
  }

  public List<WebElement> all(By by) {
    return chrome.findElements(by);
  }

  public void until(String what, BooleanSupplier condition) {
    waiting().withMessage(what).until(whileLoading(page -> condition.getAsBoolean()));
  }

  private WebDriverWait waiting() {
    var wait = new WebDriverWait(chrome, LONGEST);
    wait.ignoring(StaleElementReferenceException.class);
    return wait;
  }

  /**
   * An element of the page before is stale, also where the driver has no word of its own for it.
   */
  private static <T> Function<WebDriver, T> whileLoading(Function<WebDriver, T> condition) {
    return page -> {
      try {
        return condition.apply(page);
      } catch (WebDriverException failed) {
        if (String.valueOf(failed.getMessage()).contains("does not belong to the document")) {
          throw new StaleElementReferenceException("another page was loaded", failed);
        }
        throw failed;
      }
    };
  }

  public void click(By by) {
    waiting()
        .until(
            whileLoading(
                page -> {
                  page.findElement(by).click();
                  return true;
                }));
  }

  /** What a person types who has no mouse: it goes to where the focus is. */
  public void keys(CharSequence... keys) {
    new Actions(chrome).sendKeys(keys).perform();
  }

  public WebElement focused() {
    return chrome.switchTo().activeElement();
  }

  /**
   * Opens the Camel part and waits for its tree. Hawtio asks for its parts once, when it is loaded;
   * an answer that came late leaves a page without the tree, which a person loads again.
   */
  void camel() {
    for (int tries = 1; ; tries++) {
      open("/actuator/hawtio/camel");
      try {
        new WebDriverWait(chrome, TREE_SHOWN)
            .until(ExpectedConditions.visibilityOfElementLocated(ROUTES));
        return;
      } catch (TimeoutException absent) {
        picture("no-tree-" + tries);
        if (tries == LOADS) {
          throw new AssertionError(
              "no tree at " + chrome.getCurrentUrl() + ", which shows: " + text(), absent);
        }
      }
    }
  }

  /** Chooses an entry of the tree, and one of its tabs. */
  void choose(String entry, String tab) {
    click(By.xpath("(" + TREE + "[normalize-space()='" + entry + "'])[1]"));
    one(By.xpath("//h1[normalize-space()='" + entry + "']"));
    click(By.xpath("//a[normalize-space()='" + tab + "']"));
  }

  public String text() {
    return one(By.tagName("body")).getText();
  }

  /** What a script returns through the callback that is its last argument. */
  Object script(String script, Object... arguments) {
    return ((JavascriptExecutor) chrome).executeAsyncScript(script, arguments);
  }

  /** Light or dark, as a person's system has it. */
  public void dark(boolean dark) {
    chrome.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** As a telephone has it; a window of Chromium itself is never this narrow. */
  public void narrow(int width, int height) {
    chrome.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  public void wide() {
    chrome.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
  }

  /** Into {@code target/screenshots}. */
  public void picture(String name) {
    try {
      Files.createDirectories(SCREENSHOTS);
      Files.write(SCREENSHOTS.resolve(name + ".png"), chrome.getScreenshotAs(OutputType.BYTES));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() {
    chrome.quit();
  }
}
