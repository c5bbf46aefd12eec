package io.tallyline;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Packages are capabilities, and each may know only those that the table allows. */
class PackageTableTest {
  private static final String BASE = "io.tallyline.";

  /** A package, and the packages of ours that it may import. */
  private static final Map<String, List<String>> TABLE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("contracts", List.of()),
              Map.entry("audit", List.of()),
              Map.entry("embedded", List.of()),
              Map.entry("mapping", List.of("contracts")),
              Map.entry("delivery", List.of("contracts")),
              Map.entry("relay", List.of("contracts", "delivery", "mapping")),
              Map.entry("finance", List.of("contracts", "delivery", "mapping")),
              Map.entry("bridge", List.of("contracts", "delivery", "mapping")),
              Map.entry("eventstore", List.of("contracts", "delivery")),
              Map.entry(
                  "replay", List.of("contracts", "audit", "mapping", "finance", "eventstore")),
              Map.entry(
                  "reconcile",
                  List.of("contracts", "audit", "mapping", "finance", "eventstore", "replay")),
              Map.entry(
                  "deadletter",
                  List.of("contracts", "audit", "delivery", "mapping", "finance", "eventstore")),
              Map.entry("workbench", List.of("contracts", "mapping", "finance")),
              Map.entry(
                  "ops",
                  List.of(
                      "contracts",
                      "audit",
                      "embedded",
                      "mapping",
                      "delivery",
                      "relay",
                      "finance",
                      "bridge",
                      "eventstore",
                      "replay",
                      "reconcile",
                      "deadletter",
                      "workbench"))));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.tallyline");

  @Test
  void every_package_imports_only_what_the_table_allows() {
    TABLE.forEach(
        (name, allowed) -> {
          String[] ours =
              TABLE.keySet().stream()
                  .filter(other -> !other.equals(name) && !allowed.contains(other))
                  .map(other -> BASE + other + "..")
                  .toArray(String[]::new);
          ArchRule rule =
              ours.length == 0
                  ? classes().should().bePublic().orShould().notBePublic()
                  : noClasses()
                      .that()
                      .resideInAPackage(BASE + name + "..")
                      .should()
                      .dependOnClassesThat()
                      .resideInAnyPackage(ours)
                      .because(name + " may import " + allowed);
          rule.check(CLASSES);
        });
  }

  @Test
  void every_class_is_in_a_package_of_the_table() {
    var packages =
        CLASSES.stream()
            .map(type -> type.getPackageName().substring(BASE.length()).split("[.]")[0])
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(packages).isEqualTo(new TreeSet<>(TABLE.keySet()));
  }

  @Test
  void domain_classes_know_neither_spring_nor_camel() {
    classes()
        .that()
        .resideInAnyPackage(BASE + "contracts..", BASE + "mapping..")
        .or()
        .haveSimpleName("Journal")
        .or()
        .haveSimpleName("JournalLine")
        .or()
        .haveSimpleName("Posted")
        .or()
        .haveSimpleName("Journals")
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage("org.springframework..")
                .and(resideOutsideOfPackage("org.apache.camel..")))
        .check(CLASSES);
  }

  @Test
  void no_class_has_a_name_that_says_nothing() {
    for (String suffix : List.of("Service", "Manager", "Helper", "Util", "Utils", "Impl", "Dto")) {
      noClasses().should().haveSimpleNameEndingWith(suffix).check(CLASSES);
    }
  }

  @Test
  void money_never_passes_through_binary_floating_point() {
    noClasses()
        .that()
        .resideInAnyPackage(
            BASE + "contracts..",
            BASE + "mapping..",
            BASE + "finance..",
            BASE + "bridge..",
            BASE + "replay..",
            BASE + "reconcile..")
        .should()
        .callMethod(java.math.BigDecimal.class, "doubleValue")
        .orShould()
        .callMethod(java.math.BigDecimal.class, "floatValue")
        .orShould()
        .callMethod(com.fasterxml.jackson.databind.JsonNode.class, "doubleValue")
        .orShould()
        .callMethod(com.fasterxml.jackson.databind.JsonNode.class, "asDouble")
        .orShould()
        .callMethod(java.math.BigDecimal.class, "valueOf", double.class)
        .check(CLASSES);
  }
}
