// The pools: each server's facts, and what may be changed of it.

import { copy, Keyed, mark, part, write } from './dom.js';
import { micros, percent, rate } from './format.js';

function path(pool, server) {
  const one = `/api/pools/${encodeURIComponent(pool)}`;
  return server === undefined ? one : `${one}/servers/${encodeURIComponent(server)}`;
}

/** One of a few: the one in force is pressed. */
export function segments(element, value, mayChange) {
  for (const button of element.children) {
    mark(button, 'aria-pressed', button.value === value);
    button.disabled = !mayChange;
  }
}

export class Pools {
  /** @param change called with (path, body); tells whether it was done */
  constructor(parent, change) {
    this.change = change;
    this.rows = new Map();
    this.sections = new Keyed(parent, pool => this.section(pool));
  }

  section(pool) {
    const section = copy('pool');
    const title = section.querySelector('h2');
    title.id = `pool-${pool.name}`;
    mark(section, 'aria-labelledby', title.id);
    write(part(section, 'name'), pool.name);
    const modes = part(section, 'modes');
    mark(modes, 'aria-label', `Mode of pool ${pool.name}`);
    modes.addEventListener('click', event => {
      const button = event.target.closest('button');
      if (button) {
        this.change(path(pool.name), { mode: button.value });
      }
    });
    this.rows.set(pool.name, new Keyed(section.querySelector('tbody'), server => this.row(pool.name, server.id)));
    return section;
  }

  row(pool, id) {
    const row = copy('server');
    const states = part(row, 'states');
    const weight = part(row, 'weight');
    mark(states, 'aria-label', `State of ${id}`);
    mark(weight, 'aria-label', `Weight of ${id}`);
    states.addEventListener('click', event => {
      const button = event.target.closest('button');
      if (button) {
        this.change(path(pool, id), { state: button.value });
      }
    });
    // While it moves, what comes from the gateway waits.
    weight.addEventListener('input', () => {
      weight.dataset.moved = 'yes';
      write(part(row, 'weightText'), weight.value);
    });
    weight.addEventListener('change', async () => {
      await this.change(path(pool, id), { weight: Number(weight.value) });
      delete weight.dataset.moved;
    });
    return row;
  }

  show(picture, mayChange) {
    this.sections.show(picture.pools, pool => pool.name, (section, pool) => {
      const { traffic } = pool;
      write(part(section, 'speed'), `${rate(traffic.requestsPerSecond)} requests/s · p50 ${micros(traffic.p50Micros)} · p99 ${micros(traffic.p99Micros)} · ${rate(traffic.failuresPerSecond)} errors/s${picture.gateways.length > 1 ? ` · through ${picture.gateway}, on which alone changes act` : ''}`);
      segments(part(section, 'modes'), pool.mode, mayChange);
      this.rows.get(pool.name).show(pool.servers, server => server.id, (row, server) => this.server(row, server, mayChange));
    });
  }

  server(row, server, mayChange) {
    write(part(row, 'id'), server.id);
    write(part(row, 'uri'), server.uri);
    part(row, 'backup').hidden = !server.backup;
    const health = part(row, 'health');
    write(health, server.health.toLowerCase());
    mark(health, 'data-value', server.health);
    write(part(row, 'healthReason'), server.ejectedUntil ? `ejected until ${new Date(server.ejectedUntil).toLocaleTimeString('en-GB')}` : server.healthReason);
    segments(part(row, 'states'), server.state, mayChange);
    const weight = part(row, 'weight');
    weight.disabled = !mayChange;
    if (!weight.dataset.moved) {
      if (Number(weight.value) !== server.weight) {
        weight.value = server.weight;
      }
      const differs = server.effectiveWeight !== server.weight && server.effectiveWeight > 0;
      write(part(row, 'weightText'), differs ? `${server.weight} (now ${server.effectiveWeight})` : server.weight);
    }
    const share = Math.round(1000 * server.share) / 1000;
    write(part(row, 'share'), percent(share));
    const bar = row.querySelector('.bar span');
    const width = `${100 * share}%`;
    if (bar.style.width !== width) {
      bar.style.width = width;
    }
    write(part(row, 'rate'), rate(server.traffic.requestsPerSecond));
    write(part(row, 'latency'), `${micros(server.traffic.p50Micros)} · ${micros(server.traffic.p99Micros)}`);
    write(part(row, 'inFlight'), server.queued ? `${server.inFlight} + ${server.queued} queued` : server.inFlight);
    const errors = part(row, 'errors');
    write(errors, rate(server.traffic.failuresPerSecond));
    mark(errors, 'title', `${server.failures} failed in all, ${server.retries} of them went on to another server`);
    errors.classList.toggle('alarm', server.traffic.failuresPerSecond > 0);
  }
}
