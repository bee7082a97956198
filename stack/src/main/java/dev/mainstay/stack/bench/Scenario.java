package dev.mainstay.stack.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * One kind of load.
 *
 * @param connections clients at a time, each with one request in flight
 * @param bodyBytes how long each response is
 * @param keepAlive whether a client keeps its connection, or opens one for each request
 */
record Scenario(int connections, int bodyBytes, boolean keepAlive) {

  static final int SMALL = 130;
  static final int LARGE = 64 * 1024;

  /** The one that the promises are about. */
  static final Scenario USUAL = new Scenario(32, SMALL, true);

  /** All that are measured. */
  static List<Scenario> all() {
    List<Scenario> all = new ArrayList<>();
    for (boolean keepAlive : new boolean[] {true, false}) {
      for (int bytes : new int[] {SMALL, LARGE}) {
        for (int connections : new int[] {1, 32, 256}) {
          all.add(new Scenario(connections, bytes, keepAlive));
        }
      }
    }
    return List.copyOf(all);
  }

  String path() {
    return bodyBytes == SMALL ? "/small" : "/large";
  }
}
