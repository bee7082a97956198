/**
 * Who holds the office of primary, and how it passes on: the rules of the fail-over, pure.
 *
 * <p>{@link dev.mainstay.db.failover.Course} is the entrance: from one round of observations, the
 * locks held and the time it says what to do next. {@link dev.mainstay.db.failover.Rules} is the
 * rule book.
 */
@NullMarked
package dev.mainstay.db.failover;

import org.jspecify.annotations.NullMarked;
