// The guided tour: each step shows a line of what the stack does now, and some change it.

import { $, mark, write } from './dom.js';
import { count, millis, percent, rate, transactions } from './format.js';
import { call, explain, follow } from './live.js';
import { Motion } from './picture.js';

document.documentElement.dataset.theme = localStorage.getItem('theme') ?? 'system';

const motion = new Motion();
let now = null;
let mayChange = false;

const pool = () => now.pools[0];
const nodes = () => now.topology?.nodes ?? [];
const primary = () => nodes().find(node => node.role === 'PRIMARY');
const replicas = () => nodes().filter(node => node.role === 'REPLICA');
const NO_DATABASE = 'This gateway knows no controllers, so it sees no nodes.';

const LOOKS = {
  shares: () => pool().servers.map(server => `${server.id}: weight ${server.weight}, ${percent(Math.round(1000 * server.share) / 1000)}, ${rate(server.traffic.requestsPerSecond)}/s`).join(' · '),
  mode: () => `${pool().mode} now: ${pool().servers.map(server => `${server.id} ${percent(Math.round(1000 * server.share) / 1000)}`).join(', ')}`,
  primary: () => primary() ? `${primary().id} is the primary, ${primary().writable ? 'writable' : 'not writable'}, ${rate(motion.of(primary()))} commits/s` : nodes().length ? 'There is no primary now; writes wait.' : NO_DATABASE,
  position: () => nodes().length ? nodes().filter(node => node.gtid).map(node => `${node.id} at ${transactions(node.gtid).toLocaleString('en')}`).join(' · ') : NO_DATABASE,
  same: () => replicas().length ? replicas().map(node => `${node.id} is ${millis(node.lagMillis)} behind`).join(' · ') : nodes().length ? 'No node is a replica now.' : NO_DATABASE,
  takeover: () => now.topology ? `Epoch ${now.topology.epoch ?? '–'}; ${primary()?.id ?? 'no node'} is primary, ${now.controllers.find(one => one.leads)?.id ?? 'no controller'} leads` : NO_DATABASE,
  kill: () => `./mainstay kill ${primary()?.id ?? 'db-1'}`,
  single: () => `${count(now.gateways.filter(one => one.reachable).length, 'gateway', 'gateways')}, ${count(pool().servers.filter(server => server.effectiveWeight > 0).length, 'server that takes requests', 'servers that take requests')}, ${count(nodes().filter(node => ['PRIMARY', 'REPLICA'].includes(node.role)).length, 'sound node', 'sound nodes')}, ${count(now.controllers.filter(one => one.reachable).length, 'controller', 'controllers')}`,
};

function patch(path, body) {
  return call(path, { method: 'PATCH', body: JSON.stringify(body) });
}

function poolPath() {
  return `/api/pools/${encodeURIComponent(pool().name)}`;
}

async function weights(weightOf) {
  for (const [i, server] of pool().servers.entries()) {
    await patch(`${poolPath()}/servers/${encodeURIComponent(server.id)}`, { weight: weightOf(i) });
  }
}

function kill(name) {
  return call(`/api/processes/${encodeURIComponent(name)}`, { method: 'POST', body: JSON.stringify({ order: 'KILL' }) });
}

const BREAKING = new Set(['killPrimary', 'killServer']);

const ACTS = {
  equal: () => weights(() => 100),
  uneven: () => weights(i => i ? 100 : 20),
  active: () => patch(poolPath(), { mode: 'active-active' }),
  passive: () => patch(poolPath(), { mode: 'active-passive' }),
  switchover: () => {
    const [to] = replicas().sort((one, other) => (one.lagMillis ?? Infinity) - (other.lagMillis ?? Infinity));
    if (!to) {
      throw new Error('There is no replica that could.');
    }
    return call('/api/switchover', { method: 'POST', body: JSON.stringify({ to: to.id }) });
  },
  killPrimary: () => {
    if (!primary()) {
      throw new Error('There is no primary to kill.');
    }
    return kill(primary().id);
  },
  killServer: () => kill(pool().servers.at(-1).id),
};

function say(sentence) {
  write($('notice'), sentence);
  $('notice').hidden = !sentence;
}

function show() {
  write($('gateway'), `through ${now.gateway}`);
  for (const look of document.querySelectorAll('[data-look]')) {
    write(look, LOOKS[look.dataset.look]());
  }
  for (const button of document.querySelectorAll('[data-act]')) {
    const { act, busy } = button.dataset;
    button.disabled = !mayChange || Boolean(busy) || (act === 'switchover' && !now.steerable) || (BREAKING.has(act) && !now.breakable);
  }
}

for (const button of document.querySelectorAll('[data-act]')) {
  button.disabled = true;
  button.addEventListener('click', async () => {
    button.dataset.busy = 'yes';
    try {
      await ACTS[button.dataset.act]();
      say('');
    } catch (error) {
      say(explain(error));
    }
    delete button.dataset.busy;
    show();
  });
}

function live(state, sentence) {
  mark($('live'), 'data-state', state);
  write($('live'), sentence);
}

follow({
  async opened() {
    live('open', 'Live');
    $('lost').hidden = true;
    try {
      ({ mayChange } = await call('/api/session'));
      write($('access'), 'You can look but not change: this browser was not let in. “./mainstay link” prints a link that lets it in, once.');
      $('access').hidden = mayChange;
    } catch (error) {
      say(explain(error));
    }
  },
  lost(why) {
    live('lost', 'Reconnecting…');
    write($('lost'), `${why} Trying again.`);
    $('lost').hidden = false;
  },
  timeline() {},
  entry() {},
  picture(picture) {
    now = picture;
    motion.follow(picture);
    show();
  },
});
