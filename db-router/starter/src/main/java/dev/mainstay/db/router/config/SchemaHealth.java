package dev.mainstay.db.router.config;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Whether the schema is as the application expects it. */
final class SchemaHealth implements HealthIndicator {

  private final SchemaMigration migration;

  SchemaHealth(SchemaMigration migration) {
    this.migration = migration;
  }

  @Override
  public Health health() {
    SchemaMigration.State state = migration.state();
    return (state.current() ? Health.up() : Health.outOfService())
        .withDetail("why", state.why())
        .build();
  }
}
