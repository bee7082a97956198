package dev.mainstay.stack.drill;

/**
 * What a drill's own stack must be like.
 *
 * @param gateways that share the site's port
 * @param replicas beside the primary
 * @param links whether the links to the nodes go through proxies that can be cut
 * @param hook whether a leading controller can be made to die before a step
 * @param farBehind whether the web-apps read from replicas however far these are behind
 */
public record Shape(int gateways, int replicas, boolean links, boolean hook, boolean farBehind) {

  /** The stack as it comes. */
  public static final Shape STANDARD = new Shape(1, 2, false, false, false);

  public static Shape ofReplicas(int replicas) {
    return new Shape(1, replicas, false, false, false);
  }

  public Shape withLinks() {
    return new Shape(gateways, replicas, true, hook, farBehind);
  }

  public Shape withHook() {
    return new Shape(gateways, replicas, links, true, farBehind);
  }

  public Shape readingFarBehind() {
    return new Shape(gateways, replicas, links, hook, true);
  }

  public Shape withGateways(int number) {
    return new Shape(number, replicas, links, hook, farBehind);
  }

  /** Whether a stack as it comes will do, if it has as many gateways. */
  public boolean isOrdinary() {
    return withGateways(STANDARD.gateways).equals(STANDARD);
  }
}
