package dev.mainstay.gateway.upstream;

/** How a server failed a request before a byte of its response went to the client. */
public enum Fault {
  /** No connection: refused, unreachable or not accepted in time. Nothing was sent. */
  UNCONNECTED,
  /** The connection ended, or what came was not HTTP, before there was a response. */
  LOST,
  /** No response in time. */
  LATE
}
