package dev.mainstay.stack.model;

/**
 * Something that a person can put right: said in one or two sentences (what is wrong, where, what
 * to do) and shown without a stack trace.
 */
public final class Problem extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public Problem(String sentence) {
    super(sentence, null, false, false);
  }
}
