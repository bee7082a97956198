// The dashboard: what GET /api/stack streams, drawn; a change is a call of the gateway's API. Text only ever enters the page as text.

import { Charts } from './charts.js';
import { Database } from './database.js';
import { $, make, mark, write } from './dom.js';
import { clock, count, micros, millis, rate } from './format.js';
import { call, explain, follow } from './live.js';
import { Motion, Picture } from './picture.js';
import { Pools } from './pools.js';
import { Processes } from './processes.js';
import { Timeline } from './timeline.js';

const motion = new Motion();
const picture = new Picture($('picture'), motion);
const charts = new Charts($('charts'));
const timeline = new Timeline();
const pools = new Pools($('pools'), change);
const database = new Database(motion, promote);
const processes = new Processes(order);

let mayChange = false;
let last = null;

function say(sentence) {
  write($('notice'), sentence);
  $('notice').hidden = !sentence;
}

async function change(path, body) {
  try {
    await call(path, { method: 'PATCH', body: JSON.stringify(body) });
    say('');
  } catch (error) {
    say(explain(error));
  }
}

function ask(title, text, yes) {
  const dialog = $('ask');
  write($('ask-title'), title);
  write($('ask-text'), text);
  write($('ask-yes'), yes);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}

async function promote(node) {
  if (!await ask(`Make ${node} the primary?`, 'The controllers close the present primary, wait until this node holds all that it acknowledged, and open it. Writes wait meanwhile; none fails.', `Make ${node} primary`)) {
    return;
  }
  try {
    await call('/api/switchover', { method: 'POST', body: JSON.stringify({ to: node }) });
    say('');
  } catch (error) {
    say(explain(error));
  }
}

async function order(name, verb) {
  try {
    await call(`/api/processes/${encodeURIComponent(name)}`, { method: 'POST', body: JSON.stringify({ order: verb }) });
    say('');
  } catch (error) {
    say(explain(error));
  }
}

const TILES = [
  ['Requests', now => `${rate(now.traffic.requestsPerSecond)}/s`],
  ['p50', now => micros(now.traffic.p50Micros)],
  ['p99', now => micros(now.traffic.p99Micros)],
  ['Errors', now => `${rate(now.traffic.failuresPerSecond)}/s`],
  ['Primary', now => now.topology?.primary ?? '–', true],
  ['Epoch', now => now.topology?.epoch ?? '–', true],
  ['Lag', now => millis(lag(now)), true],
].map(([name, value, onlyDatabase]) => {
  const tile = make('div');
  const shown = make('dd', '', '–');
  tile.append(make('dt', '', name), shown);
  $('tiles').append(tile);
  return { tile, shown, value, onlyDatabase };
});

function lag({ topology }) {
  const lags = (topology?.nodes ?? []).filter(node => node.role === 'REPLICA' && node.lagMillis !== null).map(node => node.lagMillis);
  return lags.length ? Math.max(...lags) : null;
}

/** What is wrong, the worst first. */
function complaints(now) {
  const found = [];
  const nodes = now.topology?.nodes ?? [];
  if (now.controllers.length && !now.topology) {
    found.push('No controller answers');
  }
  if (now.topology && !nodes.some(node => node.role === 'PRIMARY' && node.writable)) {
    found.push('No primary takes writes');
  }
  for (const pool of now.pools) {
    if (pool.servers.every(server => server.effectiveWeight === 0)) {
      found.push(`Pool ${pool.name} takes no requests`);
    }
    pool.servers.filter(server => server.health === 'DOWN' && server.state !== 'MAINT').forEach(server => found.push(`${server.id} is down`));
  }
  nodes.filter(node => !['PRIMARY', 'REPLICA'].includes(node.role)).forEach(node => found.push(`${node.id} is ${node.role.toLowerCase().replace('_', ' ')}`));
  if (now.topology) {
    now.controllers.filter(controller => !controller.reachable).forEach(controller => found.push(`${controller.id} does not answer`));
  }
  now.gateways.filter(gateway => !gateway.reachable).forEach(gateway => found.push(`Gateway ${gateway.id} does not answer`));
  return found;
}

function show(now) {
  last = now;
  motion.follow(now);
  charts.add(now);
  if (document.hidden) {
    return;
  }
  draw();
}

function draw() {
  if (!last) {
    return;
  }
  write($('gateway'), last.gateway);
  const wrong = complaints(last);
  write($('verdict'), wrong.length ? wrong[0] + (wrong.length > 1 ? `, and ${count(wrong.length - 1, 'thing', 'things')} more` : '') : 'All is well');
  mark($('verdict'), 'data-level', wrong.length ? 'bad' : 'good');
  mark($('verdict'), 'title', wrong.join('; '));
  for (const { tile, shown, value, onlyDatabase } of TILES) {
    tile.hidden = Boolean(onlyDatabase) && !last.controllers.length;
    write(shown, value(last));
  }
  write($('picture-note'), last.controllers.length ? 'a picture a second' : 'this gateway knows no controllers, so no nodes are drawn');
  picture.show(last);
  pools.show(last, mayChange);
  database.show(last, mayChange);
  processes.show(last, mayChange);
  timeline.show();
}

async function lookAround() {
  try {
    ({ mayChange } = await call('/api/session'));
    write($('access'), 'You can look but not change: this browser was not let in. “./mainstay link” prints a link that lets it in, once.');
    $('access').hidden = mayChange;
    charts.load((await call('/api/stack/history')).points);
  } catch (error) {
    say(explain(error));
  }
  draw();
}

function live(state, sentence) {
  mark($('live'), 'data-state', state);
  write($('live'), sentence);
}

follow({
  opened() {
    live('open', 'Live');
    $('lost').hidden = true;
    document.body.classList.remove('stale');
    lookAround();
  },
  lost(why) {
    live('lost', 'Reconnecting…');
    write($('lost'), `${why} ${last ? `What you see is from ${clock(new Date(last.at))}. ` : ''}Trying again.`);
    $('lost').hidden = false;
    document.body.classList.add('stale');
  },
  timeline: entries => timeline.load(entries),
  entry: entry => timeline.add(entry),
  picture: show,
});

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    draw();
  }
});

const THEMES = { system: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' };

function theme(name) {
  const chosen = THEMES[name] ? name : 'system';
  document.documentElement.dataset.theme = chosen;
  write($('theme'), THEMES[chosen]);
  localStorage.setItem('theme', chosen);
}

$('theme').addEventListener('click', () => {
  const names = Object.keys(THEMES);
  theme(names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length]);
});
theme(localStorage.getItem('theme'));
