package dev.mainstay.web.whoami;

import org.jspecify.annotations.Nullable;

/**
 * The way that a page came.
 *
 * @param gateway the gateway that passed the request on, null where it came directly
 * @param instance this instance
 * @param node the database node that was read, null where none was
 */
public record ServedBy(@Nullable String gateway, String instance, @Nullable String node) {}
