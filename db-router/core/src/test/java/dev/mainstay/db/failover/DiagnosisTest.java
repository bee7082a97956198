package dev.mainstay.db.failover;

import static dev.mainstay.db.Engine.MARIADB;
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
            "lost to one of them",
            three().with(2, DiagnosisTest::inVain).since(long1),
            Diagnosis.InOffice.class),
        scene(
            "lost to its ackers, which an election has stopped",
            three().fenced(2, 3).since(long1),
            Diagnosis.Vacant.class),
        scene(
            "lost to its ackers, one of which an election has promoted",
            three().fenced(2, 3).since(long1).promoted(2),
            Diagnosis.Vacant.class),
        scene(
            "lost to its ackers, which an election has led away",
            three().fenced(2, 3).since(long1).promoted(2).following(3, 2),
            Diagnosis.Vacant.class),
        scene(
            "its ackers have just been restarted",
            three().fenced(2, 3).since(long1).restarted(2).restarted(3),
            Diagnosis.InOffice.class),
        scene(
            "its ackers, restarted, connect",
            lost().since(long1).with(2, n -> n.startedAt++).with(3, n -> n.ioError = 0),
            Diagnosis.InOffice.class),
        scene(
            "its ackers look for it in vain, but only since they were restarted",
            lost().since(long1).with(2, n -> n.startedAt++),
            Diagnosis.InOffice.class),
        scene(
            "its ackers are shut out",
            lost()
                .with(2, n -> n.ioError = SimNode.ER_ACCOUNT_LOCKED)
                .with(3, n -> n.ioError = SimNode.ER_ACCOUNT_LOCKED)
                .since(long1),
            Diagnosis.InOffice.class),
        scene(
            "lost to its ackers, none of which has heard of its record",
            lost().record(epoch(15, 1, 2, 3)).since(long1),
            Diagnosis.InOffice.class),
        scene(
            "lost to its ackers, one of which may have forgotten what it acknowledged",
            aScene(MARIADB, 3)
                .with(2, DiagnosisTest::inVain)
                .with(3, DiagnosisTest::inVain)
                .with(3, n -> n.semiReplica = false)
                .since(long1),
            Diagnosis.InOffice.class),
        scene(
            "lost to its only acker, which would go on alone",
            aScene(MYSQL, 2).with(2, DiagnosisTest::inVain).since(long1),
            Diagnosis.Vacant.class),
        scene(
            "lost to its only acker, which would have to wait for it",
            aScene(MYSQL, 2).with(2, DiagnosisTest::inVain).lossless().since(long1),
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
    return three().with(2, DiagnosisTest::inVain).with(3, DiagnosisTest::inVain);
  }

  private static void inVain(SimNode node) {
    node.disconnect();
    node.ioError = SimNode.CR_CONNECTION;
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
