/** Sets a cluster of database nodes up, watches it and keeps it replicating. */
@NullMarked
package dev.mainstay.db.controller;

import org.jspecify.annotations.NullMarked;
