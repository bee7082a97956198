/**
 * Where Spring Boot meets the router: properties, auto-configuration, health, metrics, migrations.
 */
@NullMarked
package dev.mainstay.db.router.config;

import org.jspecify.annotations.NullMarked;
