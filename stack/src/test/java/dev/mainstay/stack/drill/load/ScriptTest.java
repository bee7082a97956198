package dev.mainstay.stack.drill.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScriptTest {

  private static Script script(String run, long seed) {
    return new Script(run, 3, true, new SplittableRandom(seed));
  }

  @Test
  void sameSeedAsksTheSame() {
    Script one = script("abc", 5);
    Script other = script("abc", 5);

    for (int line = 0; line < 20; line++) {
      assertThat(one.next("").text()).isEqualTo(other.next("").text());
    }
  }

  @Test
  void anotherRunHasOtherKeysWithTheSameSeed() {
    assertThat(script("abc", 5).next("").post().orElseThrow().key())
        .isNotEqualTo(script("xyz", 5).next("").post().orElseThrow().key());
  }

  @Test
  void marksAndKeysAreUnique() {
    Script script = script("abc", 5);
    Set<String> marks = new HashSet<>();
    Set<UUID> keys = new HashSet<>();

    IntStream.range(0, 500)
        .mapToObj(_ -> script.next("").post().orElseThrow())
        .forEach(
            post -> {
              marks.add(post.mark());
              keys.add(post.key());
              keys.add(script.again(post, "").post().orElseThrow().key());
            });

    assertThat(marks).hasSize(500);
    assertThat(keys).hasSize(1000);
  }

  @Test
  void postIsAWholeRequest() {
    Script.Line line = script("abc", 5).next("token=1");

    String[] parts = line.text().split("\r\n\r\n", 2);
    assertThat(parts[0])
        .startsWith("POST /api/notices HTTP/1.1\r\nHost: ")
        .contains("Cookie: token=1\r\n")
        .contains("Content-Length: " + parts[1].length())
        .contains("Idempotency-Key: " + line.post().orElseThrow().key());
    assertThat(parts[1]).contains("\"title\":\"Drill abc-3-1\"");
  }

  @Test
  void readerOnlyReads() {
    Script script = new Script("abc", 9, false, new SplittableRandom(1));

    assertThat(IntStream.range(0, 50).mapToObj(_ -> script.next("")))
        .allMatch(line -> line.post().isEmpty() && line.text().startsWith("GET /"));
  }
}
