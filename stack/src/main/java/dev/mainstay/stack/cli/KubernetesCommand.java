package dev.mainstay.stack.cli;

import dev.mainstay.stack.launch.ClusterSecrets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the manifests under {@code k8s/} need besides themselves. */
@Command(
    name = "k8s",
    description = "Helps to run the stack in Kubernetes; docs/deploy.md has the whole way.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class KubernetesCommand implements Runnable {

  @Spec CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "k8s needs a command: secrets.");
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Prints a Secret with fresh random values, for `| kubectl apply -f -`.",
      footer = {
        "",
        "Each run prints other values, keeps none and talks to no cluster. Run it once for each cluster,",
        "before `kubectl apply -k`. The Secret is immutable: a second one is refused by the cluster",
        "(`field is immutable when `immutable` is set`, exit code 1), and what runs is not touched.",
        "",
        "The databases' accounts are made with these passwords, so a lost or replaced Secret locks the",
        "controllers and the web-apps out when they next start; the data stays. `kubectl get secret mainstay",
        "-o yaml` shows the values. docs/deploy.md says how to keep a copy, and what",
        "there is in place of changing them."
      })
  int secrets(
      @Option(
              names = {"-n", "--namespace"},
              paramLabel = "NAME",
              defaultValue = "mainstay",
              description = "The namespace, printed too (default: ${DEFAULT-VALUE}).")
          String namespace) {
    if (!ClusterSecrets.isNamespace(namespace)) {
      throw new ParameterException(
          spec.commandLine(),
          "The namespace is %s (expected: 1-63 of a-z, 0-9 and -, none of - at the ends)."
              .formatted(namespace));
    }
    System.out.print(ClusterSecrets.fresh().manifest(namespace));
    System.out.flush();
    System.err.println(
        "mainstay: %d fresh secrets for namespace %s, kept nowhere but where this output goes."
            .formatted(ClusterSecrets.KEYS.size(), namespace));
    return 0;
  }
}
