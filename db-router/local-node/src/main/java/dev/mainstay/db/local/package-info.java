/** A MySQL or MariaDB server as a process of this machine. */
@NullMarked
package dev.mainstay.db.local;

import org.jspecify.annotations.NullMarked;
