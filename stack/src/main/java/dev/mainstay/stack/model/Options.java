package dev.mainstay.stack.model;

import java.util.ArrayList;
import java.util.List;

/**
 * What a stack is made of.
 *
 * @param port the site's; every other port follows it
 * @param notices how many notices a blank board is given
 */
public record Options(
    int web, int gateways, int replicas, int controllers, Database db, int port, int notices) {

  /** The databases that can be asked for. */
  public enum Database {
    MYSQL,
    MARIADB,
    /** MySQL where it can be had, else MariaDB. */
    AUTO
  }

  /**
   * The site's port unless another is asked for; every port of the stack is this far or farther
   * from it.
   */
  public static final int STANDARD_PORT = 8080;

  /** With it, the controllers' ports still fit below 65536. */
  public static final int HIGHEST_PORT = 64_200;

  private static final int LOWEST_PORT = 5800;

  public Options {
    check("--web", web, 1, 20);
    check("--gateways", gateways, 1, 9);
    check("--replicas", replicas, 0, 8);
    check("--controllers", controllers, 1, 9);
    check("--notices", notices, 0, 1_000_000);
    // The controllers' ports lie farthest above the site's, the nodes' farthest below.
    check("--port", port, LOWEST_PORT, HIGHEST_PORT);
  }

  private static void check(String option, int value, int from, int to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          "%s is %d (expected: %d-%d)".formatted(option, value, from, to));
    }
  }

  public int count(Role role) {
    return switch (role) {
      case NODE -> replicas + 1;
      case CONTROLLER -> controllers;
      case WEB_APP -> web;
      case GATEWAY -> gateways;
    };
  }

  /** The port at which {@code name} serves: the site's, which all gateways share, for a gateway. */
  public int portOf(Name name) {
    return switch (name.role()) {
      case NODE -> shifted(3311, name);
      case CONTROLLER -> shifted(9301, name);
      case WEB_APP -> shifted(8101, name);
      case GATEWAY -> port;
    };
  }

  private int shifted(int first, Name name) {
    return first + name.number() - 1 + port - STANDARD_PORT;
  }

  /** The port of a gateway's dashboard and API. */
  public int adminPortOf(Name gateway) {
    if (gateway.role() != Role.GATEWAY) {
      throw new IllegalArgumentException(
          "%s has no admin port (expected: a gateway)".formatted(gateway));
    }
    return shifted(9090, gateway);
  }

  /** Every process of the stack, in the order of starting. */
  public List<Name> names() {
    List<Name> names = new ArrayList<>();
    for (Role role : Role.values()) {
      for (int number = 1; number <= count(role); number++) {
        names.add(new Name(role, number));
      }
    }
    return names;
  }
}
