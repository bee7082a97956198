// The processes of the stack, where a supervisor lets them be broken.

import { $, copy, Keyed, mark, part, write } from './dom.js';

/** All that the picture tells of, once each, in the order of a request's way. */
function names(picture) {
  return [...new Set([
    ...picture.gateways.map(gateway => gateway.id),
    ...picture.pools.flatMap(pool => pool.servers.map(server => server.id)),
    ...picture.controllers.map(controller => controller.id),
    ...(picture.topology?.nodes ?? []).map(node => node.id),
  ])];
}

export class Processes {
  /** @param order called with (name, order) */
  constructor(order) {
    this.rows = new Keyed($('processes'), ({ id }) => {
      const row = copy('process');
      write(part(row, 'id'), id);
      const orders = part(row, 'orders');
      mark(orders, 'aria-label', `Break ${id}`);
      orders.addEventListener('click', event => {
        const button = event.target.closest('button');
        if (button) {
          order(id, button.value);
        }
      });
      return row;
    });
  }

  show(picture, mayChange) {
    $('break').hidden = !picture.breakable;
    if (!picture.breakable) {
      return;
    }
    this.rows.show(names(picture).map(id => ({ id })), process => process.id, row => {
      for (const button of part(row, 'orders').children) {
        button.disabled = !mayChange;
      }
    });
  }
}
