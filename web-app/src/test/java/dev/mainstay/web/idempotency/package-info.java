@NullMarked
package dev.mainstay.web.idempotency;

import org.jspecify.annotations.NullMarked;
