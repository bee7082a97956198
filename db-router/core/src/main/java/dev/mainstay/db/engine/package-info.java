/** What MySQL and MariaDB are asked and told, over JDBC. */
@NullMarked
package dev.mainstay.db.engine;

import org.jspecify.annotations.NullMarked;
