package dev.mainstay.db.router;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;

/** Lets {@link ReadConsistency} decide for what runs inside of a method, on its thread. */
public final class ConsistentReads implements MethodInterceptor {

  private static final ThreadLocal<@Nullable Consistency> CURRENT = new ThreadLocal<>();

  private final Map<Key, Optional<Consistency>> known = new ConcurrentHashMap<>();

  private record Key(Method method, @Nullable Class<?> target) {}

  @Override
  public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
    Object self = invocation.getThis();
    Key key = new Key(invocation.getMethod(), self == null ? null : AopUtils.getTargetClass(self));
    Consistency outer = CURRENT.get();
    Consistency inner =
        Objects.requireNonNull(known.computeIfAbsent(key, k -> declared(k.method(), k.target())))
            .orElse(outer);
    CURRENT.set(inner);
    try {
      return invocation.proceed();
    } finally {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }

  /** What this thread's reads are to see. */
  static Consistency current(Consistency usual) {
    Consistency declared = CURRENT.get();
    return declared == null ? usual : declared;
  }

  /** The method's own word, else that of its class. */
  private static Optional<Consistency> declared(Method method, @Nullable Class<?> target) {
    Method specific = AopUtils.getMostSpecificMethod(method, target);
    return found(AnnotatedElementUtils.findMergedAnnotation(specific, ReadConsistency.class))
        .or(
            () ->
                target == null
                    ? Optional.empty()
                    : found(
                        AnnotatedElementUtils.findMergedAnnotation(target, ReadConsistency.class)))
        .or(
            () ->
                found(
                    AnnotatedElementUtils.findMergedAnnotation(
                        specific.getDeclaringClass(), ReadConsistency.class)));
  }

  private static Optional<Consistency> found(@Nullable ReadConsistency annotation) {
    return Optional.ofNullable(annotation).map(ReadConsistency::value);
  }

  /** Where it stands: methods that say so, or of a class that does. */
  public static Pointcut pointcut() {
    return new DeclaringMethods();
  }

  private static final class DeclaringMethods extends StaticMethodMatcherPointcut {

    DeclaringMethods() {
      setClassFilter(type -> AnnotationUtils.isCandidateClass(type, ReadConsistency.class));
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
      return declared(method, targetClass).isPresent();
    }
  }
}
