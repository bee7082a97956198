// Lines over the last quarter of an hour, as SVG.

import { make, mark, write } from './dom.js';
import { micros, millis, rate } from './format.js';

const SPAN = 15 * 60_000;
const HEIGHT = 132;
const LEFT = 52;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 20;
const KEPT = 900;
const SVG = 'http://www.w3.org/2000/svg';

// A point is [at, requests/s, errors/s, p50 µs, p99 µs, lag ms].
const CHARTS = [
  { title: 'Throughput', format: rate, unit: '/s', least: 10, series: [[1, 'requests', 'one'], [2, 'errors', 'bad']] },
  { title: 'Latency', format: micros, unit: '', least: 1000, series: [[4, 'p99', 'two'], [3, 'p50', 'one']] },
  { title: 'Replication lag', format: millis, unit: '', least: 10, series: [[5, 'furthest replica', 'one']], database: true },
];

function draw(tag, parent, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  parent.append(element);
  return element;
}

/** 1, 2 or 5 times a power of ten, at or above. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(step => step * power).find(step => step >= value);
}

class Chart {
  constructor(parent, spec) {
    this.spec = spec;
    this.figure = make('figure', 'chart');
    const caption = make('figcaption');
    caption.append(make('span', 'title', spec.title));
    this.values = spec.series.map(([, name, kind]) => {
      const legend = make('span', `legend ${kind}`);
      const value = make('b');
      legend.append(make('i'), make('span', '', name), value);
      caption.append(legend);
      return value;
    });
    this.svg = document.createElementNS(SVG, 'svg');
    this.svg.setAttribute('role', 'img');
    this.figure.append(caption, this.svg);
    parent.append(this.figure);
    this.grid = draw('g', this.svg, { class: 'grid' });
    this.lines = spec.series.map(([, , kind]) => draw('path', this.svg, { class: `series ${kind}` }));
    this.cursor = draw('path', this.svg, { class: 'cursor' });
    this.readout = null;
    this.svg.addEventListener('pointermove', event => {
      this.readout = event.offsetX;
      this.show(this.points);
    });
    this.svg.addEventListener('pointerleave', () => {
      this.readout = null;
      this.show(this.points);
    });
    this.points = [];
  }

  show(points) {
    this.points = points;
    const width = this.figure.clientWidth;
    if (!width) {
      return;
    }
    const { spec } = this;
    const now = points.length ? points[points.length - 1][0] : Date.now();
    const x = at => LEFT + (width - LEFT - RIGHT) * (1 - (now - at) / SPAN);
    let highest = 0;
    for (const point of points) {
      for (const [column] of spec.series) {
        highest = Math.max(highest, point[column] ?? 0);
      }
    }
    const top = roundUp(Math.max(spec.least, highest));
    const y = value => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
    mark(this.svg, 'width', width);
    mark(this.svg, 'height', HEIGHT);
    this.axes(width, top, x, y, now);
    spec.series.forEach(([column], i) => {
      this.lines[i].setAttribute('d', Chart.path(points, column, x, y));
    });
    let shown = points[points.length - 1];
    if (this.readout !== null && points.length) {
      const wanted = now - SPAN * (1 - (this.readout - LEFT) / (width - LEFT - RIGHT));
      shown = points.reduce((best, point) => Math.abs(point[0] - wanted) < Math.abs(best[0] - wanted) ? point : best);
      this.cursor.setAttribute('d', `M${x(shown[0]).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}`);
    } else {
      this.cursor.setAttribute('d', '');
    }
    spec.series.forEach(([column], i) => {
      const value = shown?.[column] ?? null;
      write(this.values[i], value === null ? '–' : spec.format(value) + spec.unit);
    });
    const words = spec.series.map(([, name], i) => `${name} ${this.values[i].textContent}`).join(', ');
    mark(this.svg, 'aria-label', `${spec.title}: ${words}; highest in 15 minutes ${spec.format(highest)}${spec.unit}`);
  }

  /** The highest of each pixel: a peak of one second is not lost. */
  static path(points, column, x, y) {
    let path = '';
    let pen = false;
    let pixel = -1;
    let best = 0;
    const flush = () => {
      if (pixel >= 0) {
        path += `${pen ? 'L' : 'M'}${pixel} ${y(best).toFixed(1)}`;
        pen = true;
      }
      pixel = -1;
    };
    for (const point of points) {
      const value = point[column];
      if (value === null || value === undefined) {
        flush();
        pen = false;
        continue;
      }
      const at = Math.round(x(point[0]));
      if (at < LEFT) {
        continue;
      }
      if (at !== pixel) {
        flush();
        pixel = at;
        best = value;
      } else {
        best = Math.max(best, value);
      }
    }
    flush();
    return path;
  }

  axes(width, top, x, y, now) {
    const signature = `${width} ${top}`;
    if (this.drawn === signature) {
      return;
    }
    this.drawn = signature;
    this.grid.replaceChildren();
    for (const value of [0, top / 2, top]) {
      draw('path', this.grid, { d: `M${LEFT} ${y(value)}H${width - RIGHT}` });
      draw('text', this.grid, { x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end' }).textContent = this.spec.format(value);
    }
    for (const minutes of [15, 10, 5, 0]) {
      const anchor = minutes === 15 ? 'start' : minutes === 0 ? 'end' : 'middle';
      draw('text', this.grid, { x: x(now - minutes * 60_000), y: HEIGHT - 5, 'text-anchor': anchor }).textContent = minutes ? `−${minutes} min` : 'now';
    }
  }
}

export class Charts {
  constructor(parent) {
    this.charts = CHARTS.map(spec => new Chart(parent, spec));
    this.points = [];
    new ResizeObserver(() => this.show()).observe(parent);
  }

  load(points) {
    this.points = points.slice(-KEPT);
    this.show();
  }

  add(picture) {
    const { traffic, topology } = picture;
    const at = Date.parse(picture.at);
    const last = this.points[this.points.length - 1];
    if (last && at - last[0] < 900) {
      return;
    }
    const lags = (topology?.nodes ?? []).filter(node => node.role === 'REPLICA' && node.lagMillis !== null).map(node => node.lagMillis);
    this.points.push([at, traffic.requestsPerSecond, traffic.failuresPerSecond, traffic.p50Micros, traffic.p99Micros, lags.length ? Math.max(...lags) : null]);
    while (this.points.length > KEPT || at - this.points[0][0] > SPAN) {
      this.points.shift();
    }
    for (const chart of this.charts) {
      chart.figure.hidden = Boolean(chart.spec.database) && !picture.controllers.length;
    }
    this.show();
  }

  show() {
    for (const chart of this.charts) {
      chart.show(this.points);
    }
  }
}
