package dev.mainstay.stack.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Signals to this process. The JDK offers no supported way to hear of a second Ctrl-C while the
 * first is being obeyed, so its own unsupported one is used by name; where that is gone, the JVM's
 * ordinary end remains.
 */
@SuppressWarnings("ReferenceEquality") // A proxy equals itself only.
final class Signals {

  private Signals() {}

  /** Runs {@code action} whenever one of the signals arrives, in place of what the JVM would do. */
  static void onEach(Runnable action, String... names) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      action.run();
                      yield null;
                    }
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> "signal handler";
                  });
      for (String name : names) {
        signal
            .getMethod("handle", signal, handlerType)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
      }
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException unsupported) {
      System.err.println(
          "mainstay: signals cannot be caught here (%s); stop the stack with `mainstay down`."
              .formatted(unsupported));
    }
  }
}
