// The way of a request, drawn: browsers, gateways, servers, nodes, and what passes between them.

import { mark, write } from './dom.js';
import { micros, millis, percent, rate, transactions } from './format.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Below this width the way runs downwards. */
const NARROW = 820;
/** More than so many servers are drawn as a grid of small ones; more links than so many stand still. */
const FEW_SERVERS = 8;
const FEW_NODES = 5;
const FEW_LINKS = 16;

const GOOD = 'good';
const BAD = 'bad';
const UNSURE = 'unsure';
const IDLE = 'idle';

function serverLevel(server) {
  if (server.health === 'DOWN') {
    return BAD;
  }
  if (server.state !== 'READY') {
    return UNSURE;
  }
  return server.effectiveWeight === 0 ? IDLE : GOOD;
}

function serverWord(server) {
  if (server.state !== 'READY') {
    return server.state.toLowerCase();
  }
  if (server.health === 'DOWN') {
    return 'down';
  }
  if (server.effectiveWeight === 0) {
    return server.weight === 0 ? 'weight 0' : 'standing by';
  }
  return '';
}

function nodeLevel(node) {
  switch (node.role) {
    case 'PRIMARY': return node.writable ? GOOD : UNSURE;
    case 'REPLICA': return GOOD;
    case 'UNREACHABLE': return BAD;
    default: return UNSURE;
  }
}

export function roleWord(role) {
  return role.toLowerCase().replace('_', ' ');
}

/** Commits per second of each node, by how its GTID position moved. */
export class Motion {
  constructor() {
    this.seen = new Map();
  }

  /** Once a picture. */
  follow(picture) {
    const now = Date.parse(picture.at);
    for (const node of picture.topology?.nodes ?? []) {
      const holds = transactions(node.gtid);
      const before = this.seen.get(node.id);
      if (holds === null) {
        this.seen.delete(node.id);
      } else if (!before || holds < before.holds) {
        this.seen.set(node.id, { holds, since: now, marks: [[now, holds]], perSecond: null });
      } else {
        before.holds = holds;
        before.marks.push([now, holds]);
        while (before.marks.length > 2 && now - before.marks[0][0] > 4000) {
          before.marks.shift();
        }
        const [at, had] = before.marks[0];
        before.perSecond = now > at ? 1000 * (holds - had) / (now - at) : before.perSecond;
      }
    }
  }

  of(node) {
    return this.seen.get(node.id)?.perSecond ?? null;
  }
}

function cut(text, length) {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

export class Picture {
  constructor(parent, motion) {
    this.parent = parent;
    this.motion = motion;
    this.svg = document.createElementNS(SVG, 'svg');
    this.svg.setAttribute('role', 'img');
    this.links = this.svg.appendChild(document.createElementNS(SVG, 'g'));
    this.boxes = this.svg.appendChild(document.createElementNS(SVG, 'g'));
    parent.append(this.svg);
    this.kept = new Map();
    this.last = null;
    let width = 0;
    new ResizeObserver(() => {
      if (this.last && parent.clientWidth !== width) {
        width = parent.clientWidth;
        this.show(this.last);
      }
    }).observe(parent);
  }

  show(picture) {
    this.last = picture;
    const width = this.parent.clientWidth;
    if (!width) {
      return;
    }
    this.wanted = new Set();
    this.height = 0;
    this.tight = false;
    this.many = allServers(picture).length * picture.gateways.length > FEW_LINKS;
    if (width < NARROW) {
      this.down(picture, width);
    } else {
      this.across(picture, width);
    }
    for (const [key, element] of this.kept) {
      if (!this.wanted.has(key)) {
        element.remove();
        this.kept.delete(key);
      }
    }
    mark(this.svg, 'width', width);
    mark(this.svg, 'height', this.height);
    mark(this.svg, 'aria-label', summary(picture));
  }

  /** From left to right. */
  across(picture, width) {
    const servers = allServers(picture);
    const nodes = picture.topology?.nodes ?? [];
    const database = picture.controllers.length > 0;
    const margin = database && nodes.length > 1 ? 76 : 1;
    const wide = [96, 176, servers.length > FEW_SERVERS ? 390 : 186, ...(database ? [206] : [])];
    const gap = (width - margin - wide.reduce((sum, each) => sum + each, 0)) / (wide.length - 1);
    // No room for words on the arrows.
    this.tight = gap < 96;
    const x = wide.map((_, i) => wide.slice(0, i).reduce((sum, each) => sum + each, 0) + i * gap);

    const gateways = picture.gateways;
    const gatewayHeight = 66;
    const serverGrid = grid(servers.length, FEW_SERVERS, 66, 14, 30, 6, 3);
    const nodeHeight = nodes.length > FEW_NODES ? 44 : 74;
    const nodesHeight = stack(nodes.length, nodeHeight, 14);
    const controllersHeight = database ? 54 : 0;
    const middle = 30 + Math.max(stack(gateways.length, gatewayHeight, 18), serverGrid.height, nodesHeight, 120) / 2;

    ['browsers', 'gateways', database ? 'web-app instances' : 'servers', 'nodes'].slice(0, wide.length).forEach((title, i) =>
      this.text(`title ${i}`, 'title', x[i] + wide[i] / 2, 12, title, 'middle'));

    const browsers = this.box('browsers', { x: x[0], y: middle - 38, w: wide[0], h: 76, level: IDLE, name: '', lines: [] });
    this.glyph('browser', browsers);

    const places = gateways.map((gateway, i) => this.gateway(gateway, { x: x[1], y: middle - stack(gateways.length, gatewayHeight, 18) / 2 + i * (gatewayHeight + 18), w: wide[1], h: gatewayHeight }));
    const targets = this.servers(servers, serverGrid, { x: x[2], y: middle - serverGrid.height / 2, w: wide[2] });

    gateways.forEach((gateway, i) => this.link(`in ${gateway.id}`, right(browsers), left(places[i]), {
      level: gateway.reachable ? GOOD : BAD, rate: gateway.traffic?.requestsPerSecond, label: gateway.traffic ? `${rate(gateway.traffic.requestsPerSecond)}/s` : 'no answer',
    }));
    this.fan(picture, places.map(right), targets, left, serverGrid.frame);

    let bottom = Math.max(middle + serverGrid.height / 2, middle + stack(gateways.length, gatewayHeight, 18) / 2);
    if (database) {
      const top = middle - nodesHeight / 2;
      const boxes = nodes.map((node, i) => this.node(node, { x: x[3], y: top + i * (nodeHeight + 14), w: wide[3], h: nodeHeight }));
      const junction = { x: x[2] + wide[2] + gap * 0.42, y: middle };
      this.joined(servers, targets.map(right), serverGrid.frame ? [right(serverGrid.frame)] : null, junction);
      nodes.forEach((node, i) => this.toNode(node, junction, left(boxes[i])));
      this.replication(nodes, boxes);
      if (!nodes.length) {
        this.text('no nodes', 'title', x[3] + wide[3] / 2, middle, 'no controller answers', 'middle');
      }
      bottom = Math.max(bottom, middle + nodesHeight / 2);
      this.controllers(picture, { x: x[3], y: bottom + 24, w: wide[3] + margin });
      bottom += controllersHeight;
    }
    this.height = Math.ceil(bottom + 10);
  }

  /** From top to bottom, for a phone. */
  down(picture, width) {
    const servers = allServers(picture);
    const nodes = picture.topology?.nodes ?? [];
    const database = picture.controllers.length > 0;
    const gateways = picture.gateways;
    let y = 4;
    const browsers = this.box('browsers', { x: width / 2 - 60, y, w: 120, h: 44, level: IDLE, name: '', lines: [] });
    this.glyph('browser', browsers);
    y += 44 + 46;
    const across = Math.min(gateways.length, 2);
    const gatewayWidth = Math.min(220, (width - 12 * (across - 1)) / across);
    const places = gateways.map((gateway, i) => this.gateway(gateway, {
      x: width / 2 - (across * gatewayWidth + 12 * (across - 1)) / 2 + (i % across) * (gatewayWidth + 12), y: y + Math.floor(i / across) * 78, w: gatewayWidth, h: 66,
    }));
    y += Math.ceil(gateways.length / across) * 78 - 12 + 46;
    const serverGrid = servers.length > FEW_SERVERS ? grid(servers.length, FEW_SERVERS, 66, 12, 30, 6, 2) : grid(servers.length, 0, 66, 12, 66, 12, Math.min(2, Math.max(1, servers.length)));
    const targets = this.servers(servers, serverGrid, { x: servers.length === 1 ? width / 4 : 0, y, w: servers.length === 1 ? width / 2 : width });
    gateways.forEach((gateway, i) => this.link(`in ${gateway.id}`, below(browsers), above(places[i]), {
      level: gateway.reachable ? GOOD : BAD, rate: gateway.traffic?.requestsPerSecond, label: gateway.traffic ? `${rate(gateway.traffic.requestsPerSecond)}/s` : 'no answer', upright: true,
    }));
    this.fan(picture, places.map(below), targets, above, serverGrid.frame, true);
    y += serverGrid.height;
    if (database) {
      const junction = { x: width / 2, y: y + 34 };
      const last = targets.slice(-Math.min(2, targets.length));
      this.joined(servers.slice(-last.length), last.map(below), serverGrid.frame ? [below(serverGrid.frame)] : null, junction, true);
      y += 76;
      const columns = nodes.length > FEW_NODES ? 2 : 1;
      const w = (width - 12 * (columns - 1)) / columns;
      const boxes = nodes.map((node, i) => this.node(node, { x: (i % columns) * (w + 12), y: y + Math.floor(i / columns) * 84, w, h: 74 }));
      this.link('to nodes', junction, above(boxes[0] ?? { x: 0, y, w: width, h: 0 }), { level: GOOD, rate: null, label: 'writes and reads', upright: true });
      y += Math.ceil(nodes.length / columns) * 84 + 8;
      this.controllers(picture, { x: 0, y, w: width });
      y += 44;
    }
    this.height = Math.ceil(y + 4);
  }

  gateway(gateway, at) {
    const traffic = gateway.traffic;
    return this.box(`gateway ${gateway.id}`, {
      ...at, level: gateway.reachable ? GOOD : BAD, name: cut(gateway.id, 16), note: gateway.self ? 'this one' : '',
      lines: traffic ? [`${rate(traffic.requestsPerSecond)}/s · ${rate(traffic.failuresPerSecond)} errors/s`, `${at.w < 172 ? '' : `p50 ${micros(traffic.p50Micros)} · `}p99 ${micros(traffic.p99Micros)}`] : [cut(gateway.why, 20)],
    });
  }

  servers(servers, shape, at) {
    const { columns, cell, gapY, small, height } = shape;
    const gapX = 8;
    const pad = small ? 8 : 0;
    const w = (at.w - 2 * pad - gapX * (columns - 1)) / columns;
    if (small) {
      shape.frame = this.box('servers', { x: at.x, y: at.y, w: at.w, h: height, level: 'frame', name: '', lines: [] });
    }
    return servers.map((server, i) => {
      const place = { x: at.x + pad + (i % columns) * (w + gapX), y: at.y + pad + Math.floor(i / columns) * (cell + gapY), w, h: cell };
      const word = serverWord(server);
      return this.box(`server ${server.key}`, {
        ...place, level: serverLevel(server), name: cut(server.id, small ? Math.floor(w / 11) : Math.floor(w / 9)), note: small ? `${rate(server.traffic.requestsPerSecond)}/s` : word,
        lines: small ? [] : [`${rate(server.traffic.requestsPerSecond)}/s · ${server.inFlight} in flight`, `weight ${server.weight} · ${percent(Math.round(1000 * server.share) / 1000)}`],
      });
    });
  }

  node(node, at) {
    const moving = this.motion.of(node);
    const lines = [`lag ${millis(node.lagMillis)}${moving === null ? '' : ` · ${rate(moving)} commits/s`}`];
    if (at.h > 60) {
      lines.push(node.gtid ? `…${node.gtid.replace(/\s/g, '').slice(-20)}` : cut(node.why ?? '', 28));
    }
    return this.box(`node ${node.id}`, {
      ...at, level: nodeLevel(node), name: cut(node.id, 12), note: roleWord(node.role), strong: node.role === 'PRIMARY',
      lines: node.role === 'PRIMARY' ? [`${node.writable ? 'writable' : 'not writable'}${moving === null ? '' : ` · ${rate(moving)} commits/s`}`, ...lines.slice(1)] : lines,
    });
  }

  controllers(picture, at) {
    this.text('controllers', 'title', at.x, at.y - 6, `controllers · epoch ${picture.topology?.epoch ?? '–'}`, 'start');
    const w = Math.min(126, (at.w - 8 * (picture.controllers.length - 1)) / picture.controllers.length);
    picture.controllers.forEach((controller, i) => this.box(`controller ${i}`, {
      x: at.x + i * (w + 8), y: at.y + 2, w, h: 28, level: controller.reachable ? GOOD : BAD, name: cut(controller.id, Math.floor(w / 12)), note: controller.leads ? 'leads' : controller.reachable ? '' : 'silent', lines: [], strong: controller.leads,
    }));
  }

  /** From each gateway to each server; to many at once, one line to all. */
  fan(picture, starts, targets, edge, frame, upright) {
    const servers = allServers(picture);
    if (frame) {
      picture.gateways.forEach((gateway, i) => this.link(`to servers ${gateway.id}`, starts[i], edge(frame), { level: GOOD, rate: gateway.traffic?.requestsPerSecond, label: '', upright }));
      return;
    }
    const labels = picture.gateways.length === 1 && !upright;
    picture.gateways.forEach((gateway, i) => servers.forEach((server, k) => {
      const speed = gateway.pools?.[server.pool]?.[server.id];
      this.link(`to ${gateway.id} ${server.key}`, starts[i], edge(targets[k]), {
        level: serverLevel(server), rate: speed?.requestsPerSecond ?? 0, label: labels && speed?.p99Micros ? `p99 ${micros(speed.p99Micros)}` : '', upright, late: true,
      });
    }));
  }

  /** From the servers to where the router inside them chooses a node. */
  joined(servers, starts, all, junction, upright) {
    if (all) {
      this.link('join all', all[0], junction, { level: GOOD, rate: null, label: '', upright });
    } else {
      starts.forEach((start, i) => this.link(`join ${servers[i].key}`, start, junction, { level: serverLevel(servers[i]), rate: servers[i].traffic.requestsPerSecond, label: '', upright }));
    }
    const dot = this.element('junction', 'circle', this.boxes);
    mark(dot, 'class', 'junction');
    mark(dot, 'cx', junction.x);
    mark(dot, 'cy', junction.y);
    mark(dot, 'r', 5);
    if (upright || !this.tight) {
      this.text('router', 'label', upright ? junction.x - 12 : junction.x, upright ? junction.y + 4 : junction.y - 14, 'db-router', upright ? 'end' : 'middle');
    }
  }

  toNode(node, junction, end) {
    const moving = this.motion.of(node);
    const primary = node.role === 'PRIMARY';
    this.link(`node ${node.id}`, junction, end, {
      level: nodeLevel(node), rate: primary ? moving : null, label: primary ? 'writes' : node.role === 'REPLICA' ? 'reads' : '', strong: primary, late: true,
    });
  }

  /** The primary ships its log to the replicas: at the right edge. */
  replication(nodes, boxes) {
    const primary = nodes.findIndex(node => node.role === 'PRIMARY');
    nodes.forEach((node, i) => {
      if (primary < 0 || node.role !== 'REPLICA') {
        return;
      }
      const from = right(boxes[primary]);
      const to = right(boxes[i]);
      const bend = Math.min(70, 26 + 10 * Math.abs(i - primary));
      const towards = Math.sign(to.y - from.y);
      this.path(`log ${node.id}`, `M${from.x} ${from.y + 6 * towards}C${from.x + bend} ${from.y + 6 * towards} ${to.x + bend} ${to.y} ${to.x + 7} ${to.y}`, { level: 'log', rate: this.motion.of(node) });
      this.arrowHead(`log head ${node.id}`, to, [-1, 0], 'log');
      if (nodes.length <= FEW_NODES) {
        this.text(`log text ${node.id}`, 'label', to.x + 12, to.y + 18, millis(node.lagMillis), 'start');
      }
    });
  }

  link(key, from, to, { level, rate: perSecond, label, upright, strong, late }) {
    const end = upright ? { x: to.x, y: to.y - 7 } : { x: to.x - 7, y: to.y };
    const d = upright
      ? `M${from.x} ${from.y}C${from.x} ${(from.y + end.y) / 2} ${end.x} ${(from.y + end.y) / 2} ${end.x} ${end.y}`
      : `M${from.x} ${from.y}C${(from.x + end.x) / 2} ${from.y} ${(from.x + end.x) / 2} ${end.y} ${end.x} ${end.y}`;
    this.path(`link ${key}`, d, { level, rate: perSecond, strong });
    if (!key.startsWith('join')) {
      this.arrowHead(`head ${key}`, to, upright ? [0, 1] : [1, 0], level);
    }
    if (label && !(this.tight && late)) {
      const t = late ? 0.66 : 0.5;
      const s = late ? t * t * (3 - 2 * t) : 0.5;
      const place = upright
        ? { x: from.x + (to.x - from.x) * 0.5 + 8, y: (from.y + to.y) / 2 + 4 }
        : { x: from.x + (end.x - from.x) * t, y: from.y + (end.y - from.y) * s - 7 };
      this.text(`label ${key}`, 'label', place.x, place.y, label, upright ? 'start' : 'middle');
    }
  }

  path(key, d, { level, rate: perSecond, strong }) {
    const line = this.element(key, 'path', this.links);
    mark(line, 'd', d);
    mark(line, 'class', `link ${level}${strong ? ' strong' : ''}`);
    mark(line, 'stroke-width', level === 'log' ? 1.25 : (1.25 + Math.min(4, Math.log10(1 + (perSecond ?? 0)) * 1.3)).toFixed(1));
    if (perSecond > 0 && level !== BAD) {
      const flow = this.element(`${key} flow`, 'path', this.links);
      mark(flow, 'd', d);
      mark(flow, 'class', `flow ${this.many ? 'still' : perSecond > 100 ? 'fast' : perSecond > 10 ? 'steady' : 'slow'}`);
    }
  }

  arrowHead(key, tip, [dx, dy], level) {
    const head = this.element(key, 'path', this.links);
    const back = { x: tip.x - 8 * dx, y: tip.y - 8 * dy };
    mark(head, 'd', `M${tip.x} ${tip.y}L${back.x - 4 * dy} ${back.y - 4 * dx}L${back.x + 4 * dy} ${back.y + 4 * dx}Z`);
    mark(head, 'class', `head ${level}`);
  }

  /** A box with its name, a note at the right, and lines below. */
  box(key, { x, y, w, h, level, name, note, lines, strong }) {
    let group = this.kept.get(key);
    if (!group) {
      group = this.element(key, 'g', this.boxes);
      for (const [tag, className] of [['rect', 'body'], ['rect', 'edge'], ['text', 'name'], ['text', 'note'], ['text', 'line'], ['text', 'line']]) {
        const child = group.appendChild(document.createElementNS(SVG, tag));
        child.setAttribute('class', className);
      }
    }
    this.wanted.add(key);
    const [body, edge, nameText, noteText, first, second] = group.children;
    mark(group, 'class', `box ${level}${strong ? ' strong' : ''}${h < 32 ? ' small' : ''}`);
    mark(group, 'transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    mark(body, 'width', w.toFixed(1));
    mark(body, 'height', h);
    mark(body, 'rx', 9);
    mark(edge, 'width', 4);
    mark(edge, 'x', 6);
    mark(edge, 'y', 8);
    mark(edge, 'height', h - 16);
    mark(edge, 'rx', 2);
    const baseline = lines.length ? (h < 50 ? 19 : 21) : h / 2 + 4.5;
    mark(nameText, 'x', 18);
    mark(nameText, 'y', baseline);
    write(nameText, name);
    mark(noteText, 'x', (w - 10).toFixed(1));
    mark(noteText, 'y', baseline);
    mark(noteText, 'text-anchor', 'end');
    write(noteText, note ?? '');
    [first, second].forEach((text, i) => {
      mark(text, 'x', 18);
      mark(text, 'y', (h < 50 ? 36 : 39) + 16 * i);
      write(text, lines[i] ?? '');
    });
    return { x, y, w, h };
  }

  glyph(key, box) {
    const window = this.element(`${key} glyph`, 'path', this.boxes);
    const cx = box.x + box.w / 2;
    const cy = box.y + box.h / 2;
    mark(window, 'class', 'glyph');
    mark(window, 'd', `M${cx - 17} ${cy - 12}h34a3 3 0 0 1 3 3v18a3 3 0 0 1 -3 3h-34a3 3 0 0 1 -3 -3v-18a3 3 0 0 1 3 -3zM${cx - 20} ${cy - 5}h40`);
  }

  text(key, className, x, y, value, anchor) {
    const text = this.element(`text ${key}`, 'text', this.boxes);
    mark(text, 'class', className);
    mark(text, 'x', x.toFixed(1));
    mark(text, 'y', y.toFixed(1));
    mark(text, 'text-anchor', anchor);
    write(text, value);
  }

  element(key, tag, parent) {
    this.wanted.add(key);
    let element = this.kept.get(key);
    if (!element) {
      element = document.createElementNS(SVG, tag);
      parent.append(element);
      this.kept.set(key, element);
    }
    return element;
  }
}

function allServers(picture) {
  return picture.pools.flatMap(pool => pool.servers.map(server => ({ ...server, pool: pool.name, key: `${pool.name}/${server.id}` })));
}

function stack(count, height, gap) {
  return count ? count * height + (count - 1) * gap : 0;
}

/** Where many servers go: few one below the other, many as small ones in columns, with a frame around. */
function grid(count, few, height, gap, smallHeight, smallGap, columns) {
  if (count <= few) {
    return { columns: 1, cell: height, gapY: gap, small: false, height: stack(count, height, gap), frame: null };
  }
  const small = few > 0;
  const rows = Math.ceil(count / columns);
  const total = stack(rows, smallHeight, smallGap) + (small ? 16 : 0);
  return { columns, cell: smallHeight, gapY: smallGap, small, height: total, frame: null };
}

const left = box => ({ x: box.x, y: box.y + box.h / 2 });
const right = box => ({ x: box.x + box.w, y: box.y + box.h / 2 });
const above = box => ({ x: box.x + box.w / 2, y: box.y });
const below = box => ({ x: box.x + box.w / 2, y: box.y + box.h });

/** The picture in words. */
function summary(picture) {
  const parts = picture.gateways.map(gateway => gateway.traffic ? `gateway ${gateway.id} takes ${rate(gateway.traffic.requestsPerSecond)} requests a second` : `gateway ${gateway.id} does not answer`);
  const servers = allServers(picture);
  if (servers.length > FEW_SERVERS) {
    const taking = servers.filter(server => server.effectiveWeight > 0).length;
    parts.push(`${taking} of ${servers.length} servers take requests`);
  } else {
    servers.forEach(server => parts.push(`server ${server.id} takes ${percent(Math.round(100 * server.share) / 100)} and is ${serverWord(server) || 'ready'}`));
  }
  (picture.topology?.nodes ?? []).forEach(node => parts.push(`node ${node.id} is ${roleWord(node.role)}${node.role === 'REPLICA' ? ` with a lag of ${millis(node.lagMillis)}` : ''}`));
  const leader = picture.controllers.find(controller => controller.leads);
  if (leader) {
    parts.push(`controller ${leader.id} leads`);
  }
  return `${parts.join('; ')}.`;
}
