package dev.mainstay.gateway.config;

/** Settings that are well-formed each but do not fit together; the message is the whole story. */
final class WrongSetupException extends RuntimeException {
  WrongSetupException(String message) {
    super(message);
  }
}
