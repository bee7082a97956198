/** Routes writes to the primary and reads to its replicas. */
@NullMarked
package dev.mainstay.db.router;

import org.jspecify.annotations.NullMarked;
