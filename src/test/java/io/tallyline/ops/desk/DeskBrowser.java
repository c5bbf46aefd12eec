package io.tallyline.ops.desk;

import io.tallyline.ops.console.ConsoleBrowser;
import io.tallyline.ops.security.AccessRole;
import org.openqa.selenium.By;

/** Somebody at the desk in a browser: what its pages have in common. */
final class DeskBrowser {
  private final ConsoleBrowser browser;

  DeskBrowser(ConsoleBrowser browser) {
    this.browser = browser;
  }

  /** Whoever was there before has gone. */
  void signIn(AccessRole role) {
    browser.signOut();
    browser.signIn(role);
    browser.until("the desk", () -> browser.path().equals("/desk"));
  }

  /** Under a name of a page's figures. */
  String figure(String name) {
    return browser
        .one(By.xpath("//dt[normalize-space()='" + name + "']/following-sibling::dd"))
        .getText();
  }

  /** What the page says about the whole of it, for example {@code done}. */
  String state() {
    return browser.one(By.cssSelector("strong.state")).getText();
  }

  void awaitState(String state) {
    browser.until(state, () -> state().equals(state));
  }

  void reason(String key, String text) {
    browser.one(By.id("why-" + key)).sendKeys(text);
  }

  void press(String button) {
    browser.click(By.xpath("//button[normalize-space()='" + button + "']"));
  }

  /** Waits until the page says so. */
  void awaitText(String text) {
    browser.until(text, () -> browser.text().contains(text));
  }

  /** Waits for a page; the path is a regular expression. */
  void awaitPath(String path) {
    browser.until(path, () -> browser.path().matches(path));
  }
}
