package dev.mainstay.stack.launch;

import dev.mainstay.db.local.Account;
import dev.mainstay.db.local.Distribution;
import dev.mainstay.db.local.Distributions;
import dev.mainstay.db.local.EngineChoice;
import dev.mainstay.db.local.Finding;
import dev.mainstay.db.local.Initialisation;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.LocalNode;
import dev.mainstay.db.local.NodeSpec;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.process.Home;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The database nodes of a stack, all of one engine that this machine has. */
final class Databases {

  private final Distribution distribution;
  private final Home home;
  private final Options options;
  private final Account controller;

  private Databases(Distribution distribution, Home home, Options options, Account controller) {
    this.distribution = distribution;
    this.home = home;
    this.options = options;
    this.controller = controller;
  }

  /**
   * Finds or fetches the engine.
   *
   * @param made the engine that the home's data was made with, which {@code auto} keeps to
   */
  static Databases find(
      Home home, Options options, Secrets secrets, Optional<String> made, Progress progress) {
    EngineChoice choice =
        switch (options.db()) {
          case MYSQL -> EngineChoice.MYSQL;
          case MARIADB -> EngineChoice.MARIADB;
          case AUTO -> made.flatMap(EngineChoice::parse).orElse(EngineChoice.AUTO);
        };
    return switch (Distributions.ofThisMachine().find(choice, progress::say)) {
      case Finding.Found(Distribution distribution) ->
          new Databases(
              distribution, home, options, new Account("controller", secrets.controller()));
      case Finding.Unavailable(String why) ->
          throw new Problem("There is no database server: %s.".formatted(why));
    };
  }

  /** The engine that is chosen, as far as that is known without looking. */
  static Optional<String> asked(Options options) {
    return switch (options.db()) {
      case MYSQL -> Optional.of(name(LocalEngine.MYSQL));
      case MARIADB -> Optional.of(name(LocalEngine.MARIADB));
      case AUTO -> Optional.empty();
    };
  }

  private static String name(LocalEngine engine) {
    return engine.name().toLowerCase(Locale.ROOT);
  }

  /** {@code mysql} or {@code mariadb}. */
  String engine() {
    return name(distribution.engine());
  }

  /** For example {@code 9.7.4}. */
  String version() {
    return distribution.version().toString();
  }

  /** For people: {@code MySQL 9.7.4, private copy}. */
  String title() {
    return distribution.title() + ", " + distribution.origin();
  }

  /**
   * Makes a blank node's data, with the controller's account in it, unless it is there.
   *
   * @return whether it was made now
   */
  boolean initialise(Name node) throws IOException {
    return switch (node(node).initialise()) {
      case Initialisation.Blank() -> true;
      case Initialisation.Kept() -> false;
      case Initialisation.Refused(String why) ->
          throw new Problem("%s cannot be used: %s.".formatted(node, why));
    };
  }

  /** The command that runs the node. */
  List<String> command(Name node) {
    return node(node).command();
  }

  private LocalNode node(Name name) {
    if (name.role() != Role.NODE) {
      throw new IllegalArgumentException("%s is no node".formatted(name));
    }
    NodeSpec spec =
        new NodeSpec(
            name.toString(),
            name.number(),
            options.portOf(name),
            home.data().resolve(name.toString()),
            home.log(name.toString()),
            controller);
    return new LocalNode(distribution, spec);
  }
}
