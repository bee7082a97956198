package dev.mainstay.db.router;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A transactional method, or a class of such, that may be run from its beginning again when its
 * primary went away before COMMIT was sent. All that it did in the database is gone then; the
 * annotation says that what it does beside (mails, counters, its arguments) bears a second run.
 *
 * <p>It works where the method begins the transaction, on the thread that called it. It must not
 * commit by a statement's own text. A COMMIT that was sent and not answered is never run again; for
 * that see {@link Writes#run(java.util.function.Supplier, CommitLookup)}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Rerunnable {}
