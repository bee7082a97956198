package dev.mainstay.db.local;

/** What came of making a node's data folder ready to start on. */
public sealed interface Initialisation {

  /** The folder was made now; it holds the controller's account and nothing else. */
  record Blank() implements Initialisation {}

  /** The folder was there, and this engine may go on with it. */
  record Kept() implements Initialisation {}

  /**
   * The folder must not be touched.
   *
   * @param why one sentence for the user
   */
  record Refused(String why) implements Initialisation {}
}
