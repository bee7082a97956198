@NullMarked
package dev.mainstay.db.router;

import org.jspecify.annotations.NullMarked;
