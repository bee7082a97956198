package dev.mainstay.gateway.config;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints a {@link WrongSetupException} as a sentence instead of a stack trace. */
final class WrongSetupFailureAnalyzer extends AbstractFailureAnalyzer<WrongSetupException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, WrongSetupException failure) {
    return new FailureAnalysis(
        failure.getMessage(), "Correct it; gateway/README.md lists every key.", failure);
  }
}
