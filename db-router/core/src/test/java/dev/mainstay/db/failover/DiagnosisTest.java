package dev.mainstay.db.failover;

import static dev.mainstay.db.Engine.MYSQL;
import static dev.mainstay.db.failover.AScene.aScene;
import static dev.mainstay.db.failover.AScene.epoch;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DiagnosisTest {

  static Stream<Arguments> scenes() {
    Duration long1 = Duration.ofSeconds(10);
    return Stream.of(
        scene("healthy", three(), Diagnosis.InOffice.class),
        scene("cut off alone from the primary", three().unreached(1), Diagnosis.Unclear.class),
        scene(
            "one replica still hears it", three().unreached(1).fenced(2), Diagnosis.Unclear.class),
        scene("dead: nobody hears it", three().down(1), Diagnosis.Vacant.class),
        scene(
            "nobody is reached but the primary", three().unreached(2, 3), Diagnosis.InOffice.class),
        scene("nobody is reached", three().unreached(1, 2, 3), Diagnosis.Unfounded.class),
        scene("restarted", three().restarted(1), Diagnosis.Vacant.class),
        scene("closed, not restarted", three().closed(1), Diagnosis.Closed.class),
        scene(
            "open after a restart in between",
            three()
                .since(long1)
                .with(
                    1,
                    n -> {
                      n.startedAt = 990_000_000L;
                    }),
            Diagnosis.Vacant.class),
        scene(
            "reached, but lost to its ackers for long",
            lost().since(long1),
            Diagnosis.Vacant.class),
        scene("lost to its ackers just now", lost(), Diagnosis.InOffice.class),
        scene(
            "its ackers are stopped, not lost",
            three().fenced(2, 3).since(long1),
            Diagnosis.InOffice.class),
        scene(
            "a change of S that is not acknowledged yet",
            three()
                .with(3, n -> n.semiReplica = false)
                .record(epoch(6, 1, 2), 2)
                .with(1, n -> n.visible--),
            Diagnosis.InOffice.class),
        scene(
            "open, and of an older epoch",
            three().promoted(2).record(epoch(15, 2, 3), 3).closed(2),
            Diagnosis.Closed.class));
  }

  private static AScene three() {
    return aScene(MYSQL, 3);
  }

  private static AScene lost() {
    return three().with(2, SimNode::disconnect).with(3, SimNode::disconnect);
  }

  private static Arguments scene(String what, AScene scene, Class<? extends Diagnosis> expected) {
    return Arguments.of(what, scene, expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenes")
  void tellsWhoIsInOffice(String what, AScene scene, Class<? extends Diagnosis> expected) {
    assertThat(Diagnosis.of(scene.build())).as(what).isInstanceOf(expected);
  }
}
