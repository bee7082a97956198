package dev.mainstay.gateway.config;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Turns a wrong setting into one sentence: which key, which value, what was expected. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class SettingsFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

  @Override
  protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException failure) {
    String key = failure.getName().toString();
    if (!key.startsWith(GatewaySettings.PREFIX)) {
      return null;
    }
    return new FailureAnalysis(
        sentence(key, failure), "Correct it; gateway/README.md lists every key.", failure);
  }

  private static String sentence(String key, BindException failure) {
    UnboundConfigurationPropertiesException unbound =
        cause(failure, UnboundConfigurationPropertiesException.class);
    if (unbound != null) {
      return unbound.getUnboundProperties().stream()
          .map(
              property ->
                  "%s is not a key that this version knows%s"
                      .formatted(property.getName(), origin(property)))
          .sorted()
          .collect(Collectors.joining("\n"));
    }
    Throwable root = root(failure);
    ConfigurationProperty property = failure.getProperty();
    if (property != null && property.getName().equals(failure.getName())) {
      return "%s is \"%s\" (expected: %s)%s"
          .formatted(
              key,
              property.getValue(),
              expected(failure.getTarget().getType().resolve(Object.class)),
              origin(property));
    }
    return "%s: %s".formatted(key, root.getMessage());
  }

  private static String expected(Class<?> type) {
    if (type == int.class) {
      return "a whole number";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == Duration.class) {
      return "a time such as 500ms or 10s";
    }
    if (type == URI.class) {
      return "scheme, host and port, such as http://127.0.0.1:8101";
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
          .collect(Collectors.joining(" or "));
    }
    return type.getSimpleName();
  }

  private static String origin(ConfigurationProperty property) {
    return property.getOrigin() == null ? "" : ", set at " + property.getOrigin();
  }

  private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
    }
    return null;
  }

  private static Throwable root(Throwable failure) {
    Throwable at = failure;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }
}
