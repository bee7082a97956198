package dev.mainstay.db.controller.web;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Who may change the cluster: whoever presents the token, or, where none is configured, whoever
 * calls from this machine.
 *
 * @param value empty where none is configured
 */
public record Token(String value) {

  private static final String BEARER = "Bearer ";

  boolean admits(HttpServletRequest request) {
    if (value.isEmpty()) {
      try {
        return InetAddress.ofLiteral(request.getRemoteAddr()).isLoopbackAddress();
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
    String presented = request.getHeader("Authorization");
    return presented != null
        && presented.startsWith(BEARER)
        && MessageDigest.isEqual(
            presented.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8),
            value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return value.isEmpty() ? "no token" : "a token";
  }
}
