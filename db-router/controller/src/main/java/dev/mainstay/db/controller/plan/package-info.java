/**
 * What to do next with a cluster, decided from what was seen of it: pure functions on values.
 *
 * <p>Imports {@code java.*}, JSpecify and the topology types only. {@link
 * dev.mainstay.db.controller.plan.Planner} is the way in.
 */
@NullMarked
package dev.mainstay.db.controller.plan;

import org.jspecify.annotations.NullMarked;
