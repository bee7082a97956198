package dev.mainstay.stack.drill;

/**
 * What a drill's own stack must be like.
 *
 * @param replicas beside the primary
 * @param links whether the links to the nodes go through proxies that can be cut
 * @param hook whether a leading controller can be made to die before a step
 * @param farBehind whether the web-apps read from replicas however far these are behind
 */
public record Shape(int replicas, boolean links, boolean hook, boolean farBehind) {

  /** The stack as it comes. */
  public static final Shape STANDARD = new Shape(2, false, false, false);

  public static Shape ofReplicas(int replicas) {
    return new Shape(replicas, false, false, false);
  }

  public Shape withLinks() {
    return new Shape(replicas, true, hook, farBehind);
  }

  public Shape withHook() {
    return new Shape(replicas, links, true, farBehind);
  }

  public Shape readingFarBehind() {
    return new Shape(replicas, links, hook, true);
  }
}
