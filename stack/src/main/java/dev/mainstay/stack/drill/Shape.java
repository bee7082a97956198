package dev.mainstay.stack.drill;

/**
 * What a drill's own stack must be like.
 *
 * @param replicas beside the primary
 * @param links whether the links to the nodes go through proxies that can be cut
 * @param hook whether a leading controller can be made to die before a step
 */
public record Shape(int replicas, boolean links, boolean hook) {

  /** The stack as it comes. */
  public static final Shape STANDARD = new Shape(2, false, false);
}
