package dev.mainstay.db.router;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What the read-only transactions that begin in a method, or in the methods of a class, are to see;
 * in place of {@code mainstay.db.consistency}. A method's wins over its class's. It counts where a
 * transaction begins: one that is taken part in stays on the node where it is.
 *
 * <pre>{@code
 * @ReadConsistency(Consistency.EVENTUAL)
 * @Transactional(readOnly = true)
 * public Statistics statistics() { … }
 * }</pre>
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface ReadConsistency {

  Consistency value();
}
