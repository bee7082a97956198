/** Posts that happen once however often they are sent. */
@NullMarked
package dev.mainstay.web.idempotency;

import org.jspecify.annotations.NullMarked;
