package dev.mainstay.stack.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.TestEngines;
import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Exercise;
import dev.mainstay.stack.drill.OwnStack;
import dev.mainstay.stack.drill.Result;
import dev.mainstay.stack.drill.Setting;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.catalogue.Catalogue;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.drill.load.Pattern;
import dev.mainstay.stack.launch.Secrets;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Role;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The check is checked: a drill on a stack that was made to lose or to double writes must say so.
 * On MariaDB, which starts in seconds; what is checked is the checker.
 */
@Tag("end-to-end")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // The field is set before the first test.
class DrillCheckIT {

  private static final Shape SHAPE = Shape.STANDARD.withLinks();
  private static final Drill PRIMARY_KILL =
      new Catalogue(Duration.ofSeconds(60), 50, 1000).find("primary-kill").orElseThrow();

  private OwnStack stack;

  @BeforeAll
  void start() throws InterruptedException {
    TestEngines.require(LocalEngine.MARIADB);
    stack =
        OwnStack.start(
            Command.project(), Options.Database.MARIADB, SHAPE, line -> System.out.println(line));
  }

  @AfterAll
  void stop() {
    if (stack != null) {
      stack.close();
    }
  }

  private Result hold(Drill drill, Pattern pattern) throws InterruptedException {
    Setting setting =
        new Setting(
            42,
            Duration.ofSeconds(3),
            Duration.ofSeconds(8),
            Duration.ofSeconds(40),
            pattern,
            true);
    Result result =
        new Exercise(stack.subject(), setting, line -> System.out.println(line)).run(drill);
    System.out.println(result.verdict().why());
    return result;
  }

  @Test
  @Order(1)
  void unknownWritesThatAreSimplySentAgainAreFoundDoubled() throws InterruptedException {
    Pattern impatient = new Pattern(7, 5, 45, 30, Duration.ofMillis(500), true);

    Result result = hold(PRIMARY_KILL, impatient);

    assertThat(result.held()).isFalse();
    assertThat(result.verdict().audit().doubled()).isPositive();
    assertThat(result.verdict().audit().lost()).isZero();
    assertThat(result.verdict().why())
        .anySatisfy(why -> assertThat(why).contains("there more than once"));
  }

  @Test
  @Order(2)
  void writesThatNoReplicaAcknowledgedAreFoundLost() throws InterruptedException {
    // A writer that meets the web-app that is cut off waits there, so there have to be many.
    Pattern many = new Pattern(7, 30, 45, 60, Duration.ofSeconds(20), false);

    Result result = hold(new Unguarded(), many);

    assertThat(result.held()).isFalse();
    assertThat(result.verdict().audit().lost()).isPositive();
    assertThat(result.verdict().why())
        .anySatisfy(why -> assertThat(why).contains("acknowledged writes are lost"))
        .anySatisfy(why -> assertThat(why).contains("was open and waited for nobody"));
  }

  /**
   * The primary dies while it acknowledges alone, and what it acknowledges reaches nobody:
   * semi-sync is off there, and its links are cut.
   */
  private final class Unguarded implements Drill {

    private static final int ATTEMPTS = 5;

    @Override
    public String name() {
      return "primary-kill";
    }

    @Override
    public String story() {
      return "kill -9 a primary that acknowledges alone";
    }

    @Override
    public Promise promise() {
      return PRIMARY_KILL.promise();
    }

    @Override
    public Shape shape() {
      return SHAPE;
    }

    @Override
    public void perform(Stage stage) throws InterruptedException {
      Name primary = stage.primary();
      // They would take the office away while a slow machine has answered nobody yet.
      stage.all(Role.CONTROLLER).forEach(stage::pause);
      try (Connection connection = connect(primary);
          Statement statement = connection.createStatement()) {
        boolean wrote = false;
        for (int attempt = 0; attempt < ATTEMPTS && !wrote; attempt++) {
          wrote = writesAlone(stage, primary, statement);
        }
        assertThat(wrote).as("somebody wrote on a primary that waits for nobody").isTrue();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      stage.kill(primary, Duration.ofSeconds(4));
      stage.all(Role.CONTROLLER).forEach(stage::resume);
      // What the cut links hold would reach the replicas after all.
      stack.subject().links().reset();
      stage.heal(primary);
    }

    /**
     * A router that looks at it again right now sees that it waits for nobody, and writes there no
     * more; if none wrote before, all is put back.
     */
    private boolean writesAlone(Stage stage, Name primary, Statement statement)
        throws SQLException, InterruptedException {
      // In this order, or the replicas would get what is written in between.
      stage.cutOff(primary);
      statement.execute("SET GLOBAL rpl_semi_sync_master_enabled = 0");
      long before = notices(statement);
      stage.await(Duration.ofSeconds(1));
      if (notices(statement) > before) {
        return true;
      }
      statement.execute("SET GLOBAL rpl_semi_sync_master_enabled = 1");
      stage.heal(primary);
      stage.await(Duration.ofSeconds(3));
      return false;
    }

    private static long notices(Statement statement) throws SQLException {
      try (ResultSet count = statement.executeQuery("SELECT COUNT(*) FROM mainstay.notice")) {
        count.next();
        return count.getLong(1);
      }
    }

    private Connection connect(Name node) throws SQLException {
      return DriverManager.getConnection(
          "jdbc:mysql://127.0.0.1:%d/?allowPublicKeyRetrieval=true&sslMode=PREFERRED"
              .formatted(stack.options().portOf(node)),
          "controller",
          Secrets.of(stack.home()).controller());
    }
  }
}
