package dev.mainstay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestTemplate;

/** SEMANTICS.md names tests that exist, for every sentence. */
class SemanticsTest {

  private static final Path TESTS = Path.of("src", "test", "java");
  private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*)#(\\w+)`");

  private static List<String> rows() throws IOException {
    return Files.readAllLines(Path.of("SEMANTICS.md")).stream()
        .filter(line -> line.startsWith("| "))
        .filter(line -> !line.startsWith("| sentence |"))
        .toList();
  }

  /** The test classes by their simple names. */
  private static Map<String, Class<?>> classes() throws IOException {
    try (Stream<Path> files = Files.walk(TESTS)) {
      return files
          .filter(file -> file.toString().matches(".*(Test|IT)\\.java"))
          .map(SemanticsTest::load)
          .collect(Collectors.toMap(Class::getSimpleName, it -> it));
    }
  }

  private static Class<?> load(Path file) {
    String name = TESTS.relativize(file).toString().replace(".java", "");
    try {
      return Class.forName(
          name.replace(file.getFileSystem().getSeparator(), "."),
          false,
          SemanticsTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean hasTest(Class<?> type, String method) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(it -> it.getName().equals(method))
        .flatMap(it -> Arrays.stream(it.getAnnotations()))
        .map(it -> it.annotationType())
        .anyMatch(
            it ->
                it == Test.class
                    || it == Property.class
                    || it.isAnnotationPresent(Property.class)
                    || it.isAnnotationPresent(TestTemplate.class));
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    Map<String, Class<?>> classes = classes();

    List<String> missing =
        rows().stream()
            .flatMap(row -> NAMED.matcher(row).results())
            .filter(
                it ->
                    !classes.containsKey(it.group(1))
                        || !hasTest(classes.get(it.group(1)), it.group(2)))
            .map(it -> it.group())
            .toList();

    assertThat(missing).isEmpty();
  }

  @Test
  void everySentenceHasATestOrSaysThatItHasNone() throws IOException {
    assertThat(rows())
        .hasSizeGreaterThan(40)
        .allMatch(row -> NAMED.matcher(row).find() || row.contains("*not proved yet*"));
  }
}
