'use strict';

// Draws what GET /api/pools tells, once a second; a change of a weight or state is a PATCH. Text only ever enters the page as text.

const INTERVAL = 1000;
const rows = new Map();
const sections = new Map();
let mayChange = false;
let drawn = 0;

const notice = document.getElementById('notice');
const main = document.getElementById('pools');

function say(sentence) {
  notice.textContent = sentence;
  notice.hidden = !sentence;
}

async function call(path, options) {
  const answer = await fetch(path, { ...options, headers: { Accept: 'application/json', 'Content-Type': 'application/json' } });
  const body = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) {
    throw new Error(body.detail || answer.statusText);
  }
  return body;
}

function part(element, name) {
  return element.querySelector(`[data-is=${name}]`);
}

function write(element, name, value) {
  const at = part(element, name);
  if (at.textContent !== String(value)) {
    at.textContent = value;
  }
}

/** Shows a value in a control, unless somebody is using it. */
function offer(control, value) {
  control.disabled = !mayChange;
  if (document.activeElement !== control) {
    control.value = value;
  }
}

function section(pool) {
  let made = sections.get(pool.name);
  if (!made) {
    made = document.getElementById('pool').content.cloneNode(true).querySelector('section');
    main.append(made);
    sections.set(pool.name, made);
  }
  return made;
}

function row(pool, server, body) {
  const key = `${pool.name}/${server.id}`;
  let made = rows.get(key);
  if (!made) {
    const element = document.getElementById('server').content.cloneNode(true).querySelector('tr');
    const path = `/api/pools/${encodeURIComponent(pool.name)}/servers/${encodeURIComponent(server.id)}`;
    const change = async (control, body) => {
      try {
        await call(path, { method: 'PATCH', body: JSON.stringify(body) });
        say('');
      } catch (error) {
        say(error.message);
      }
      control.blur();
      draw();
    };
    const weight = part(element, 'weight');
    const state = part(element, 'state');
    weight.setAttribute('aria-label', `Weight of ${server.id}`);
    state.setAttribute('aria-label', `State of ${server.id}`);
    weight.addEventListener('change', () => change(weight, { weight: weight.value === '' ? null : Number(weight.value) }));
    state.addEventListener('change', () => change(state, { state: state.value }));
    made = { element, requests: server.requests };
    rows.set(key, made);
    body.append(element);
  }
  return made;
}

function show(pools, seconds) {
  const present = new Set();
  for (const pool of pools) {
    const at = section(pool);
    write(at, 'name', pool.name);
    write(at, 'mode', pool.mode);
    const total = pool.servers.reduce((sum, server) => sum + server.effectiveWeight, 0);
    for (const server of pool.servers) {
      present.add(`${pool.name}/${server.id}`);
      const known = row(pool, server, at.querySelector('tbody'));
      const { element } = known;
      for (const name of ['id', 'uri', 'health', 'healthReason', 'requests', 'inFlight', 'retries', 'failures']) {
        write(element, name, server[name]);
      }
      part(element, 'health').dataset.value = server.health;
      part(element, 'backup').hidden = !server.backup;
      write(element, 'effectiveWeight', server.effectiveWeight === server.weight ? '' : `now ${server.effectiveWeight}`);
      write(element, 'rate', seconds > 0 ? ((server.requests - known.requests) / seconds).toFixed(1) : '');
      offer(part(element, 'weight'), server.weight);
      offer(part(element, 'state'), server.state);
      const share = total === 0 ? 0 : 100 * server.effectiveWeight / total;
      element.querySelector('.bar span').style.width = `${share}%`;
      element.querySelector('.bar').title = `${share.toFixed(1)} % of new requests`;
      known.requests = server.requests;
    }
  }
  for (const [key, gone] of rows) {
    if (!present.has(key)) {
      gone.element.remove();
      rows.delete(key);
    }
  }
}

let failed = false;

async function draw() {
  try {
    const pools = await call('/api/pools');
    const now = performance.now();
    if (!sections.size) {
      main.replaceChildren();
    }
    show(pools, drawn ? (now - drawn) / 1000 : 0);
    drawn = now;
    if (failed) {
      failed = false;
      say('');
    }
  } catch (error) {
    failed = true;
    say(error instanceof TypeError ? 'The gateway cannot be reached.' : error.message);
  }
}

async function start() {
  try {
    ({ mayChange } = await call('/api/session'));
    if (mayChange) {
      document.getElementById('session').textContent = 'This browser may change weights and states.';
    }
  } catch (error) {
    say(error.message);
  }
  await draw();
  setInterval(draw, INTERVAL);
}

start();
