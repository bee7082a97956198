package dev.mainstay.stack.drill.report;

import dev.mainstay.stack.drill.Result;
import dev.mainstay.stack.drill.check.Measures;
import dev.mainstay.stack.drill.check.Trial;
import dev.mainstay.stack.process.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;

/** A result as programs read it: {@code drill NAME --json}. */
public final class Figures {

  private Figures() {}

  /** One line of JSON. What was not seen, such as a vacancy in a switchover, is null. */
  public static String json(Result result) {
    Measures measures = result.verdict().measures();
    Map<String, @Nullable Object> one = new LinkedHashMap<>();
    one.put("drill", result.drill().name());
    one.put("engine", result.engine());
    one.put("held", result.held());
    one.put("why", String.join("; ", result.verdict().why()));
    one.put("requests", measures.requests());
    one.put("failed", measures.failed());
    one.put("refused", measures.refused());
    one.put("unknown", measures.unknown());
    one.put("lost", result.verdict().audit().lost());
    one.put("doubled", result.verdict().audit().doubled());
    one.put("writePauseMillis", measures.writePauseMillis());
    one.put("readPauseMillis", measures.readPauseMillis());
    one.put("detectMillis", measures.detectMillis());
    one.put("promoteMillis", measures.promoteMillis());
    one.put("rejoinMillis", measures.rejoinMillis());
    one.put("seed", result.seed());
    one.put("slowestMillis", measures.slowestMillis());
    one.put(
        "quarantined",
        result.trial().map(trial -> List.copyOf(trial.quarantined().keySet())).orElse(List.of()));
    result
        .trial()
        .flatMap(Trial::reads)
        .ifPresent(reads -> one.put("reads", Json.MAPPER.valueToTree(reads)));
    return Json.MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(one);
  }
}
