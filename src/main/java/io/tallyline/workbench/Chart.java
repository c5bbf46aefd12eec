package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Rejected;
import io.tallyline.mapping.StrictJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The chart of accounts as a file, for checks without a database. The ledger itself knows its
 * accounts from its migrations; a test holds both equal.
 *
 * @param accounts by code, in the order of the file
 */
public record Chart(Map<String, Account> accounts) {
  private static final Set<String> TYPES =
      Set.of("ASSET", "LIABILITY", "EQUITY", "REVENUE", "EXPENSE");

  /**
   * @param type ASSET, LIABILITY, EQUITY, REVENUE or EXPENSE
   */
  public record Account(String code, String name, String type) {}

  /** Of the project; what is wrong in the file, or a missing one, is left out. */
  public static Chart of(Project project) {
    return read(project, new Findings());
  }

  static Chart read(Project project, Findings findings) {
    Map<String, Account> accounts = new LinkedHashMap<>();
    Path file = project.mappings().resolve(Project.CHART);
    String shown = "mappings/" + Project.CHART;
    if (!Files.exists(file)) {
      findings.add(
          shown, 0, 0, "WRK-061", "the chart of accounts is missing", "Write [{code, name, type}]");
      return new Chart(accounts);
    }
    SourceText.read(file, shown, findings).ifPresent(text -> read(text, shown, accounts, findings));
    return new Chart(accounts);
  }

  private static void read(
      String text, String shown, Map<String, Account> accounts, Findings findings) {
    JsonPlaces places = JsonPlaces.of(text);
    JsonNode list;
    try {
      list = StrictJson.parse(text);
    } catch (Rejected broken) {
      CheckMappings.notJson(shown, places, broken, "WRK-061", findings);
      return;
    }
    for (int i = 0; i < list.size(); i++) {
      JsonNode entry = list.get(i);
      Account account =
          new Account(
              entry.path("code").asText(""),
              entry.path("name").asText(""),
              entry.path("type").asText(""));
      String wrong = wrong(entry, account, accounts);
      if (!wrong.isEmpty()) {
        findings.add(shown, places.at("/" + i), "WRK-061", wrong, "Correct the account");
      }
      accounts.putIfAbsent(account.code(), account);
    }
    if (!list.isArray()) {
      findings.add(shown, 1, 1, "WRK-061", "this is no list", "Write [{code, name, type}]");
    }
  }

  private static String wrong(JsonNode entry, Account account, Map<String, Account> accounts) {
    if (!entry.path("code").isTextual() || account.code().isBlank() || account.name().isBlank()) {
      return "an account needs a code and a name, both as texts";
    }
    if (!TYPES.contains(account.type())) {
      return "account %s has the type '%s'; there are %s"
          .formatted(account.code(), account.type(), new java.util.TreeSet<>(TYPES));
    }
    return accounts.containsKey(account.code())
        ? "account " + account.code() + " stands here twice"
        : "";
  }

  boolean has(String code) {
    return accounts.containsKey(code);
  }

  /** Its name; the code itself for an account that is not in the chart. */
  public String nameOf(String code) {
    Account account = accounts.get(code);
    return account == null ? code + "?" : account.name();
  }
}
