package dev.mainstay.web.problem;

import static java.util.stream.Collectors.joining;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/**
 * Says in the words of JSON, which a client knows, and not in those of our classes, why a body was
 * not taken: {@code title is 5 (expected: text)}.
 */
final class BadJson {

  private static final int LONGEST_NAME = 60;

  private BadJson() {}

  /**
   * What to answer.
   *
   * @param failure why the body could not be read; null if there was none, or it said {@code null}
   */
  static Refusal of(@Nullable JacksonException failure) {
    return switch (failure) {
      case null -> Refusal.badRequest("The body is empty (expected: a JSON object).");
      case UnrecognizedPropertyException unknown ->
          Refusal.badValue(
              field(unknown),
              "%s is not known here (expected: %s)."
                  .formatted(field(unknown), fields(unknown.getReferringClass())));
      case MismatchedInputException mismatch when mismatch.getPath().isEmpty() ->
          Refusal.badRequest(
              "The body is no JSON object (expected: one with %s)."
                  .formatted(fields(mismatch.getTargetType())));
      case InvalidFormatException wrong ->
          Refusal.badValue(
              field(wrong),
              "%s is %s (expected: %s).".formatted(field(wrong), wrong.getValue(), kind(wrong)));
      case MismatchedInputException mismatch ->
          Refusal.badValue(
              field(mismatch),
              "%s is an object or a list (expected: %s)."
                  .formatted(field(mismatch), kind(mismatch)));
      case DatabindException other ->
          Refusal.badRequest("The body is not the JSON object expected here.");
      case UnexpectedEndOfInputException end ->
          Refusal.badRequest("The body is no valid JSON: it ends too early.");
      case StreamConstraintsException excess ->
          Refusal.badRequest(
              "The body's JSON is nested too deeply, or something in it is too long.");
      default ->
          Refusal.badRequest(
              "The body is no valid JSON: see line %d, column %d."
                  .formatted(
                      failure.getLocation().getLineNr(), failure.getLocation().getColumnNr()));
    };
  }

  /** {@code title}, or {@code author.name} of what is nested. */
  private static String field(DatabindException failure) {
    String path =
        failure.getPath().stream()
            .map(
                step ->
                    step.getPropertyName() == null
                        ? String.valueOf(step.getIndex())
                        : step.getPropertyName())
            .collect(joining("."));
    return path.length() <= LONGEST_NAME ? path : path.substring(0, LONGEST_NAME) + "…";
  }

  private static String kind(MismatchedInputException failure) {
    return failure.getTargetType() == String.class ? "text" : "another kind of value";
  }

  private static String fields(@Nullable Class<?> type) {
    RecordComponent[] components = type == null ? null : type.getRecordComponents();
    return components == null
        ? "the fields documented"
        : Arrays.stream(components).map(RecordComponent::getName).collect(joining(", "));
  }
}
