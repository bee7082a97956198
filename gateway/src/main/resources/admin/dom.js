// Small words for the page's elements. Text only ever enters the page as text.

export const $ = id => document.getElementById(id);

export function part(element, name) {
  return element.querySelector(`[data-is=${name}]`);
}

/** Writes only what is new: an untouched text costs no layout. */
export function write(element, value) {
  const text = String(value);
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function mark(element, name, value) {
  const text = String(value);
  if (element.getAttribute(name) !== text) {
    element.setAttribute(name, text);
  }
}

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  if (text !== undefined) {
    element.textContent = text;
  }
  return element;
}

export function copy(template) {
  return $(template).content.firstElementChild.cloneNode(true);
}

/** Elements of a list by key: those that are there are kept, those that are no longer named go. */
export class Keyed {
  constructor(parent, create) {
    this.parent = parent;
    this.create = create;
    this.known = new Map();
  }

  show(items, keyOf, update) {
    const wanted = new Set();
    items.forEach((item, at) => {
      const key = keyOf(item);
      wanted.add(key);
      let element = this.known.get(key);
      if (!element) {
        element = this.create(item);
        this.known.set(key, element);
      }
      if (this.parent.children[at] !== element) {
        this.parent.insertBefore(element, this.parent.children[at] ?? null);
      }
      update(element, item);
    });
    for (const [key, element] of this.known) {
      if (!wanted.has(key)) {
        element.remove();
        this.known.delete(key);
      }
    }
  }
}
