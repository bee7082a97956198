package dev.mainstay.db.controller.loop;

import dev.mainstay.db.Observation;

/**
 * What one look at a node showed.
 *
 * @param locked whether some controller holds the node's lock
 */
record Sighting(Observation observation, boolean locked) {}
