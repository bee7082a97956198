package dev.mainstay.db.router;

import dev.mainstay.db.engine.Credentials;

/**
 * How a {@link Router} connects.
 *
 * @param schema the application's schema
 * @param application the account that reads and writes data
 * @param tls how much connections insist on TLS
 * @param pool bounds of the pools
 * @param consistency which reads may be served by a replica
 */
public record RouterSettings(
    String schema, Credentials application, Tls tls, PoolSettings pool, Consistency consistency) {}
