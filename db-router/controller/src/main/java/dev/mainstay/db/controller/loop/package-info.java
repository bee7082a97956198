/**
 * The controller itself: observes the nodes, seeks the lease, plans, acts, writes the heartbeat.
 *
 * <p>JDBC and threads, no Spring. {@link dev.mainstay.db.controller.loop.Controller} is the way in.
 */
@NullMarked
package dev.mainstay.db.controller.loop;

import org.jspecify.annotations.NullMarked;
