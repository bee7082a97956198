// The gateway's API, and the stream of pictures and entries that comes from it.

/** A stream that says nothing for so long is lost: a picture comes every second. */
const SILENCE = 5000;
const AGAIN = 1000;

export async function call(path, options) {
  const answer = await fetch(path, { ...options, headers: { Accept: 'application/json', 'Content-Type': 'application/json' } });
  const text = await answer.text();
  const body = text ? JSON.parse(text) : null;
  if (!answer.ok) {
    throw new Error(body?.detail ?? answer.statusText);
  }
  return body;
}

export function explain(error) {
  return error instanceof TypeError ? 'The gateway cannot be reached.' : error.message;
}

/**
 * Follows the stream for as long as the page is open, and comes again when it is lost.
 *
 * on: opened(), lost(why), timeline(entries), entry(entry), picture(picture)
 */
export function follow(on) {
  let source;
  let watchdog;
  let open = false;

  const heard = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => lost('It says nothing any more.'), SILENCE);
    if (!open) {
      open = true;
      on.opened();
    }
  };

  const lost = async why => {
    clearTimeout(watchdog);
    source.close();
    open = false;
    on.lost(why);
    try {
      await call('/api/stack');
    } catch (error) {
      on.lost(explain(error));
    }
    setTimeout(connect, AGAIN);
  };

  const connect = () => {
    source = new EventSource('/api/stack');
    watchdog = setTimeout(() => lost('It does not answer.'), SILENCE);
    for (const name of ['timeline', 'entry', 'picture']) {
      source.addEventListener(name, event => {
        heard();
        on[name](JSON.parse(event.data));
      });
    }
    source.onerror = () => lost('The stream broke off.');
  };

  connect();
}
