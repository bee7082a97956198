package dev.mainstay.stack.drill;

import dev.mainstay.stack.drill.link.Links;
import dev.mainstay.stack.drill.watch.Copy;
import dev.mainstay.stack.drill.watch.Event;
import dev.mainstay.stack.drill.watch.Sample;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.remote.Controllers;
import dev.mainstay.stack.remote.Gateway;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The stack that a drill is held on. */
public interface Subject {

  /** {@code mysql} or {@code mariadb}. */
  String engine();

  /** The site of the first gateway. */
  InetSocketAddress gateway();

  List<Name> names();

  default List<Name> nodes() {
    return names().stream().filter(name -> name.role() == Role.NODE).toList();
  }

  /** What the controllers say of the nodes. */
  Optional<JsonNode> topology();

  /**
   * What is missing until every node is in step or quarantined; nothing once the stack is whole.
   */
  Optional<String> missing();

  /** The nodes that the controllers leave out for what they hold, and why. */
  default Map<String, String> quarantined() {
    return topology().map(Controllers::quarantined).orElse(Map.of());
  }

  /** SIGKILL; started again after {@code down}, which may be zero. Returns when it is dead. */
  void kill(Name name, Duration down);

  /**
   * An orderly stop and a new start. Returns when the new process does its work for the others.
   *
   * @throws dev.mainstay.stack.model.Problem if it is not back in time, or that cannot be done here
   */
  void restart(Name name) throws InterruptedException;

  /** SIGSTOP. */
  void pause(Name name);

  /** SIGCONT. */
  void resume(Name name);

  /**
   * Writes something on one node alone, past the primary, so that it parts from the others.
   *
   * @throws dev.mainstay.stack.model.Problem if that cannot be done here
   */
  void err(Name node);

  /**
   * Has a replica apply everything so much later; zero ends that.
   *
   * @throws dev.mainstay.stack.model.Problem if that cannot be done here
   */
  void delay(Name node, Duration delay);

  /**
   * What a process counts of itself, as Prometheus would read it: values by name and labels.
   *
   * @throws dev.mainstay.stack.model.Problem if it does not tell, or that cannot be asked here
   */
  Map<String, Double> metrics(Name process);

  Controllers.Switchover switchOver(Name to);

  /** The admin APIs of the gateways. */
  List<Gateway> gateways();

  /** Those that can be taken away, one at a time, without the site going with them. */
  List<Name> spareGateways();

  /** What their changes need. */
  String adminToken();

  /** The links that can be cut; none if the stack was not started with any. */
  Links links();

  /** The file that makes a leading controller die before a step, if there is one. */
  Optional<Path> hook();

  /** Begins to look at the nodes and to listen to the controllers. */
  Watch watch(InstantSource clock);

  /** What each node holds of a drill's run and of the board. */
  Copies copies(String run);

  /**
   * The nodes, read one by one.
   *
   * @param unreadable those that could not be read, and why, a sentence each
   */
  record Copies(List<Copy> copies, List<String> unreadable) {}

  /** What is seen, until it is stopped. */
  interface Watch extends AutoCloseable {

    /** Looks no more, and tells what it saw. */
    Seen stop() throws InterruptedException;

    @Override
    void close();
  }

  /** Events of the controllers, and looks at the nodes. */
  record Seen(List<Event> events, List<Sample> samples) {}
}
