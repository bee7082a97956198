package dev.mainstay.web.idempotency;

import dev.mainstay.web.problem.Refusal;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Gives controllers the {@link IdempotencyKey} of a post: from the header {@code Idempotency-Key},
 * or, since a form cannot set headers, from {@code ?idempotency-key=} in its action.
 */
public final class IdempotencyKeyResolver implements HandlerMethodArgumentResolver {

  /** The header, also the name under which a missing or malformed key is reported. */
  private static final String HEADER = "Idempotency-Key";

  /** The query parameter of forms. */
  private static final String PARAMETER = "idempotency-key";

  @Override
  public boolean supportsParameter(MethodParameter parameter) {
    return parameter.getParameterType() == IdempotencyKey.class;
  }

  @Override
  public IdempotencyKey resolveArgument(
      MethodParameter parameter,
      @Nullable ModelAndViewContainer container,
      NativeWebRequest request,
      @Nullable WebDataBinderFactory binders) {
    String header = request.getHeader(HEADER);
    String given = header != null ? header : request.getParameter(PARAMETER);
    return IdempotencyKey.parse(given).orElseThrow(() -> Refusal.badValue(HEADER, why(given)));
  }

  private static String why(@Nullable String given) {
    return given == null
        ? "A post needs a key of its own: Idempotency-Key: <uuid> in its header"
            + " (in a form's action: ?idempotency-key=<uuid>)."
        : "Idempotency-Key is %s (expected: a UUID in full, such as %s)."
            .formatted(shortened(given), IdempotencyKey.random());
  }

  private static String shortened(String text) {
    return text.isBlank() ? "empty" : text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
