package dev.mainstay.stack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.Mainstay;
import dev.mainstay.stack.model.Identity;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.model.StackState.Stage;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.ProcessTable;
import dev.mainstay.stack.process.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code down} does while another process is at work in the home. */
class DownTest {

  private static final Identity NOBODY = new Identity(1, "0");

  @TempDir Path folder;

  private final List<Process> begun = new ArrayList<>();
  private Home home = new Home(Path.of("unset"));
  private Path precious = Path.of("unset");

  @BeforeEach
  void makeHome() throws IOException {
    home = new Home(folder.resolve("home"));
    home.create();
    precious = Files.writeString(home.data().resolve("precious"), "precious");
  }

  @AfterEach
  void leaveNothingBehind() {
    begun.forEach(Process::destroyForcibly);
  }

  /** A process of its own, because a lock keeps out other processes only. */
  static final class Starting {

    private Starting() {}

    /** Has the home as long as it lives; says so once it has. */
    public static void main(String[] arguments) throws IOException {
      boolean taken = new Home(Path.of(arguments[0])).lock();
      System.gc(); // which must not let go of it
      System.out.println(taken ? "taken" : "not taken");
      int _ = System.in.read();
    }
  }

  private Process java(Class<?> program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).start();
    begun.add(process);
    return process;
  }

  private Process starting() throws IOException {
    Process starting = java(Starting.class, home.folder().toString());
    assertThat(starting.inputReader().readLine()).isEqualTo("taken");
    return starting;
  }

  private Run down(String... options) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("down", "--home", home.folder().toString()));
    arguments.addAll(List.of(options));
    Process down = java(Mainstay.class, arguments.toArray(String[]::new));
    String out = new String(down.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(down.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(down.waitFor(), out, err);
  }

  private void supervisedBy(Identity supervisor) {
    Options options = new Options(2, 1, 2, 2, Options.Database.AUTO, 8080, 0);
    new StateFile(home).write(new StackState(supervisor, Stage.STARTING, options, "", List.of()));
  }

  @Test
  void aStartThatIsNotKnownYetIsLeftAlone() throws IOException, InterruptedException {
    Process starting = starting();

    Run run = down("--wipe");

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("Another `mainstay up`", "is at work in " + home.folder());
    assertThat(precious).hasContent("precious");
    assertThat(starting.isAlive()).isTrue();
  }

  @Test
  void aSupervisorThatIsAboutToAdoptIsNotActedFor() throws IOException, InterruptedException {
    supervisedBy(NOBODY);
    Process starting = starting();

    Run run = down();

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("is at work in");
    assertThat(new StateFile(home).read()).isPresent();
    assertThat(starting.isAlive()).isTrue();
  }

  @Test
  void aStartThatIsKnownIsEndedBeforeItsHomeIsWiped() throws IOException, InterruptedException {
    Process starting = starting();
    supervisedBy(ProcessTable.ofThisMachine().look(starting.pid()).orElseThrow().identity());

    Run run = down("--wipe");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).contains("down", "wiped");
    assertThat(starting.isAlive()).isFalse();
    assertThat(home.folder()).doesNotExist();
  }

  @Test
  void aFolderOfSomebodyElsesIsNotTouched() throws IOException, InterruptedException {
    home = new Home(folder.resolve("theirs"));
    Files.createDirectories(home.run());

    assertThat(down("--wipe").err()).contains("Nothing is up");

    assertThat(home.run()).isEmptyDirectory();
  }

  @Test
  void whatAKilledSupervisorLeftIsStoppedAndItsHomeKept() throws IOException, InterruptedException {
    supervisedBy(NOBODY);

    assertThat(down().exit()).isZero();

    assertThat(new StateFile(home).read()).isEmpty();
    assertThat(precious).hasContent("precious");
    assertThat(down().err()).contains("Nothing is up", "mainstay up");
  }
}
