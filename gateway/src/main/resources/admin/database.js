// The nodes and the controllers, and the change of the primary.

import { $, copy, Keyed, make, mark, part, write } from './dom.js';
import { millis, rate } from './format.js';
import { roleWord } from './picture.js';

export class Database {
  /** @param promote called with a node's id */
  constructor(motion, promote) {
    this.motion = motion;
    this.nodes = new Keyed($('nodes'), node => {
      const element = copy('node');
      const button = part(element, 'promote');
      mark(button, 'aria-label', `Make ${node.id} the primary`);
      button.addEventListener('click', () => promote(node.id));
      return element;
    });
    this.controllers = new Keyed($('controllers'), () => make('li'));
  }

  show(picture, mayChange) {
    const { topology } = picture;
    $('database').hidden = !picture.controllers.length;
    write($('database-note'), topology
      ? [topology.engine ?? 'no engine known yet', `epoch ${topology.epoch ?? '–'}`, topology.waiting ? `waits: ${topology.waiting}` : ''].filter(Boolean).join(' · ')
      : 'No controller answers: nothing is known of the nodes.');
    this.controllers.show(picture.controllers, controller => controller.id, (item, controller) => {
      write(item, `${controller.id} ${controller.leads ? 'leads' : controller.reachable ? 'stands by' : controller.why}`);
      mark(item, 'data-value', controller.leads ? 'LEADS' : controller.reachable ? 'UP' : 'DOWN');
    });
    this.nodes.show(topology?.nodes ?? [], node => node.id, (element, node) => {
      write(part(element, 'id'), node.id);
      const role = part(element, 'role');
      write(role, node.role === 'PRIMARY' && !node.writable ? 'primary, not writable' : roleWord(node.role));
      mark(role, 'data-value', node.role);
      const moving = this.motion.of(node);
      write(part(element, 'lag'), millis(node.lagMillis));
      write(part(element, 'commits'), moving === null ? '–' : `${rate(moving)}/s`);
      write(part(element, 'address'), `${node.host}:${node.port}`);
      const gtid = (node.gtid ?? '–').replace(/\s/g, '');
      write(part(element, 'gtid'), gtid.length > 46 ? `…${gtid.slice(-45)}` : gtid);
      mark(part(element, 'gtid'), 'title', gtid);
      write(part(element, 'why'), node.errant ? `${node.why} (holds ${node.errant})` : node.why ?? '');
      const button = part(element, 'promote');
      button.hidden = node.role !== 'REPLICA' || !picture.steerable;
      button.disabled = !mayChange;
    });
  }
}
