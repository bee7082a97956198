package dev.mainstay.db.router.config;

import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.application.ReadinessStateHealthIndicator;

/**
 * Readiness that also waits for the schema. It depends on no node: once the schema is known to be
 * current it stays so, whatever becomes of the nodes, for pages that explain an outage are better
 * than none.
 */
final class SchemaAwareReadiness extends ReadinessStateHealthIndicator {

  private final SchemaMigration migration;

  SchemaAwareReadiness(ApplicationAvailability availability, SchemaMigration migration) {
    super(availability);
    this.migration = migration;
  }

  @Override
  protected AvailabilityState getState(ApplicationAvailability applicationAvailability) {
    return migration.state().current()
        ? super.getState(applicationAvailability)
        : ReadinessState.REFUSING_TRAFFIC;
  }
}
