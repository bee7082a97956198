/**
 * What to do next with a cluster, decided from what was seen of it: values in, values out.
 *
 * <p>Imports {@code java.*}, JSpecify, the topology types and the rules of the fail-over only.
 * {@link dev.mainstay.db.controller.plan.Strategy} is the way in.
 */
@NullMarked
package dev.mainstay.db.controller.plan;

import org.jspecify.annotations.NullMarked;
