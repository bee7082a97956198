package dev.mainstay.stack.cli;

import dev.mainstay.stack.process.Home;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which stack is meant. */
final class HomeOption {

  @Option(
      names = "--home",
      paramLabel = "FOLDER",
      description =
          "The stack's folder, with its data and logs (default: .mainstay beside the command).")
  @Nullable Path folder;

  Home home() {
    return folder == null ? Home.beside(Project.folder()) : new Home(folder);
  }
}
