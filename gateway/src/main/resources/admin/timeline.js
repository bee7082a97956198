// What happened, the newest first. Entries come in bursts: they are drawn with the next picture.

import { $, make } from './dom.js';
import { clock, count, millis } from './format.js';

const KEPT = 200;
/** Two controllers that tell the same within this time tell of the same. */
const SAME = 5000;

export class Timeline {
  constructor() {
    this.entries = [];
    this.stale = true;
  }

  load(entries) {
    this.entries = [];
    entries.forEach(entry => this.add(entry));
    this.stale = true;
  }

  add(entry) {
    const at = Date.parse(entry.at);
    if (this.entries.some(other => other.at === at && other.text === entry.text && other.who.includes(entry.who))) {
      return;
    }
    const twin = this.entries.slice(-20).find(other =>
      other.text === entry.text && other.about === entry.about && !other.who.includes(entry.who) && Math.abs(other.at - at) < SAME);
    if (twin) {
      twin.who.push(entry.who);
    } else {
      this.entries.push({ ...entry, at, who: [entry.who] });
      if (this.entries.length > KEPT) {
        this.entries.shift();
      }
    }
    this.stale = true;
  }

  show() {
    if (!this.stale) {
      return;
    }
    this.stale = false;
    const newestFirst = [...this.entries].sort((one, other) => other.at - one.at);
    $('timeline').replaceChildren(...newestFirst.map(item));
    $('timeline-empty').hidden = newestFirst.length > 0;
    $('timeline-note').textContent = newestFirst.length ? `${count(newestFirst.length, 'entry', 'entries')}, the newest first` : '';
  }
}

function item(entry) {
  const element = make('li', `entry ${kind(entry)}`);
  const time = make('time', '', clock(new Date(entry.at)));
  time.dateTime = new Date(entry.at).toISOString();
  const text = make('p');
  if (entry.about && !entry.text.startsWith(entry.about)) {
    text.append(make('b', '', entry.about), ' ');
  }
  text.append(entry.text);
  if (entry.why) {
    text.append(make('span', 'quiet', ` – ${entry.why}`));
  }
  const lasted = make('span', 'lasted', entry.millis === null ? '' : millis(entry.millis));
  element.append(time, make('span', 'who', entry.who.join(', ')), text, lasted);
  return element;
}

/** How it is marked; the words say the same. */
function kind(entry) {
  if (/→ DOWN$/.test(entry.text) || ['vacant', 'lost', 'quarantined', 'refused'].includes(entry.what)) {
    return 'bad';
  }
  if (/→ UP$/.test(entry.text) || ['primary', 'opened', 'joined'].includes(entry.what)) {
    return 'good';
  }
  return '';
}
