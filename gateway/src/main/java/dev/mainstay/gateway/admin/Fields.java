package dev.mainstay.gateway.admin;

import dev.mainstay.gateway.problem.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The fields of a JSON object that a client sent, read one by one; whatever is wrong with them is a
 * sentence and a 400.
 */
final class Fields {

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode object;

  private Fields(JsonNode object) {
    this.object = object;
  }

  /** The object in {@code body}, which has none but {@code known} fields. */
  static Fields parse(byte[] body, List<String> known) {
    JsonNode object;
    try {
      object = STRICT.readTree(body);
    } catch (JacksonException unreadable) {
      throw bad("The body is not valid JSON: %s.".formatted(reason(unreadable)));
    }
    String expected = String.join(", ", known);
    if (!object.isObject()) {
      throw bad(
          "The body is no JSON object (expected: an object with any of %s).".formatted(expected));
    }
    for (String name : object.propertyNames()) {
      if (!known.contains(name)) {
        throw bad("Field \"%s\" is unknown (expected: %s).".formatted(name, expected));
      }
    }
    if (object.isEmpty()) {
      throw bad("The body names nothing (expected: any of %s).".formatted(expected));
    }
    return new Fields(object);
  }

  /** Without the parser's notes on its own switches: {@code (start marker at [Source: …])}. */
  private static String reason(JacksonException unreadable) {
    return unreadable.getOriginalMessage().replaceAll("\\s*\\(start marker at .*", "");
  }

  @Nullable Integer integer(String name, String expected) {
    JsonNode node = object.get(name);
    if (node == null) {
      return null;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrong(name, node, expected);
    }
    return node.intValue();
  }

  @Nullable Boolean bool(String name) {
    JsonNode node = object.get(name);
    if (node == null) {
      return null;
    }
    if (!node.isBoolean()) {
      throw wrong(name, node, "true or false");
    }
    return node.booleanValue();
  }

  @Nullable String text(String name, String expected) {
    JsonNode node = object.get(name);
    if (node == null) {
      return null;
    }
    if (!node.isString()) {
      throw wrong(name, node, expected);
    }
    return node.stringValue();
  }

  <E extends Enum<E>> @Nullable E constant(String name, Class<E> type) {
    String expected =
        Arrays.stream(type.getEnumConstants()).map(Enum::name).collect(Collectors.joining(", "));
    String text = text(name, expected);
    if (text == null) {
      return null;
    }
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(text)) {
        return constant;
      }
    }
    throw bad("%s is \"%s\" (expected: %s).".formatted(name, text, expected));
  }

  @Nullable URI uri(String name) {
    String text = text(name, "a URI");
    try {
      return text == null ? null : new URI(text);
    } catch (URISyntaxException e) {
      throw bad(
          "%s is \"%s\" (expected: scheme, host and port, such as http://127.0.0.1:8101)."
              .formatted(name, text));
    }
  }

  /** {@code value}, which must be there. */
  static <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw bad("Field \"%s\" is missing.".formatted(name));
    }
    return value;
  }

  static Problem bad(String sentence) {
    return new Problem(HttpStatus.BAD_REQUEST, sentence);
  }

  private static Problem wrong(String name, JsonNode node, String expected) {
    return bad("%s is %s (expected: %s).".formatted(name, node, expected));
  }
}
