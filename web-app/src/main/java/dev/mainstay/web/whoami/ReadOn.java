package dev.mainstay.web.whoami;

/**
 * What was read, and where.
 *
 * @param serverId {@code @@server_id} of the connection that read it
 */
public record ReadOn<T>(T value, long serverId) {}
