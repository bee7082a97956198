package dev.mainstay.stack.cli;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line, in one sentence, and what there is instead. */
final class Misuse {

  private Misuse() {}

  /**
   * An unknown command, whatever else is on the line: options that are wrong only because the
   * command is, or {@code --help} for it, do not come into it.
   */
  static Optional<ParameterException> unknownCommand(CommandLine line, String... arguments) {
    CommandLine command = line;
    for (String argument : arguments) {
      if (command.getSubcommands().isEmpty() || argument.startsWith("-")) {
        return Optional.empty();
      }
      CommandLine next = command.getSubcommands().get(argument);
      if (next == null) {
        return Optional.of(
            new ParameterException(
                command,
                "There is no command %s. There are: %s."
                    .formatted(
                        quoted(argument), String.join(", ", command.getSubcommands().keySet()))));
      }
      command = next;
    }
    return Optional.empty();
  }

  static @Nullable String sentence(ParameterException misuse) {
    CommandLine command = misuse.getCommandLine();
    if (misuse instanceof UnmatchedArgumentException unmatched) {
      String first = unmatched.getUnmatched().getFirst();
      if (!first.startsWith("-")) {
        return "%s is one argument too many.".formatted(quoted(first));
      }
      String option = first.split("=", 2)[0];
      return command.getSubcommands().isEmpty()
          ? "There is no option %s. There are: %s.".formatted(option, options(command))
          : "There is no option %s in front of the command (expected: %s COMMAND, then its options)."
              .formatted(option, command.getCommandSpec().qualifiedName());
    }
    if (misuse.getArgSpec() instanceof OptionSpec option
        && option.type() == int.class
        && misuse.getValue() != null) {
      return "%s is %s (expected: a whole number)."
          .formatted(option.longestName(), misuse.getValue());
    }
    return misuse.getMessage();
  }

  private static String options(CommandLine command) {
    List<String> names =
        command.getCommandSpec().options().stream()
            .filter(option -> !option.hidden())
            .map(OptionSpec::longestName)
            .sorted()
            .toList();
    return String.join(", ", names);
  }

  /** An empty argument is seen, too. */
  private static String quoted(String argument) {
    return "`" + argument + "`";
  }
}
